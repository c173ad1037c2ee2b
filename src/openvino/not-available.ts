// What openvino-node can do and OpenVINO's C library cannot.
import { OpenVINOError } from '../errors.ts'

/**
 * @param what - what there is no function to do
 * @param instead - what to do instead, or why it cannot be made up for: a sentence without its full stop
 */
export const notAvailable = (what: string, instead: string): OpenVINOError =>
  new OpenVINOError('NOT_AVAILABLE', `OpenVINO’s C library has no function to ${what}. ${instead}.`)
