// The functions of OpenVINO's C library that this binding calls, as its headers (openvino/c/*.h) declare them, in
// letters: what koffi needs to call them, and what a library must export to be accepted.

/** A native function: called directly it blocks; `async` runs it on another thread and then calls the last argument. */
export interface NativeFunction {
  (...args: readonly NativeValue[]): number
  async(...args: readonly unknown[]): void
}
/** What goes to native code: a pointer is a bigint, null, or an array whose memory is meant. */
export type NativeValue = bigint | number | string | null | object

/**
 * The arguments of each function, one letter each:
 * `p` pointer (object, array or place for a result), `s` string, `w` string of wide characters (paths), `n` size, `i` enum or int, `S` shape by value,
 * `P` array of properties, `t` array of strings, `d` array of partial shapes.
 */
const RETURNING_STATUS = {
  ov_get_openvino_version: 'p',
  ov_core_create: 'p',
  ov_core_read_model_unicode: 'pwwp',
  ov_core_read_model_from_memory_buffer: 'ppnpp',
  ov_core_add_extension: 'ps',
  ov_core_compile_model_props: 'ppsnPp',
  ov_core_compile_model_from_file_unicode_props: 'pwsnPp',
  ov_core_set_properties: 'psnP',
  ov_core_get_property: 'pssp',
  ov_core_get_available_devices: 'pp',
  ov_core_get_versions_by_device_name: 'psp',
  ov_core_import_model: 'ppnsp',
  ov_model_const_input: 'pp',
  ov_model_const_input_by_name: 'psp',
  ov_model_const_input_by_index: 'pnp',
  ov_model_const_output: 'pp',
  ov_model_const_output_by_name: 'psp',
  ov_model_const_output_by_index: 'pnp',
  ov_model_input: 'pp',
  ov_model_input_by_name: 'psp',
  ov_model_input_by_index: 'pnp',
  ov_model_inputs_size: 'pp',
  ov_model_outputs_size: 'pp',
  ov_model_reshape_by_ports: 'ppdn',
  ov_model_get_friendly_name: 'pp',
  ov_compiled_model_inputs_size: 'pp',
  ov_compiled_model_outputs_size: 'pp',
  ov_compiled_model_input: 'pp',
  ov_compiled_model_input_by_name: 'psp',
  ov_compiled_model_input_by_index: 'pnp',
  ov_compiled_model_output: 'pp',
  ov_compiled_model_output_by_name: 'psp',
  ov_compiled_model_output_by_index: 'pnp',
  ov_compiled_model_create_infer_request: 'pp',
  ov_compiled_model_set_properties: 'pnP',
  ov_compiled_model_get_property: 'psp',
  ov_compiled_model_export_model: 'ps',
  ov_infer_request_set_tensor: 'psp',
  ov_infer_request_set_input_tensor: 'pp',
  ov_infer_request_set_input_tensor_by_index: 'pnp',
  ov_infer_request_set_output_tensor: 'pp',
  ov_infer_request_set_output_tensor_by_index: 'pnp',
  ov_infer_request_get_tensor: 'psp',
  ov_infer_request_get_tensor_by_const_port: 'ppp',
  ov_infer_request_get_input_tensor: 'pp',
  ov_infer_request_get_input_tensor_by_index: 'pnp',
  ov_infer_request_get_output_tensor: 'pp',
  ov_infer_request_get_output_tensor_by_index: 'pnp',
  ov_infer_request_infer: 'p',
  ov_infer_request_start_async: 'p',
  ov_infer_request_wait: 'p',
  ov_infer_request_cancel: 'p',
  ov_tensor_create: 'iSp',
  ov_tensor_create_from_host_ptr: 'iSpp',
  ov_tensor_create_from_string_array: 'tnSp',
  ov_tensor_set_string_data: 'ptn',
  ov_tensor_set_shape: 'pS',
  ov_tensor_get_shape: 'pp',
  ov_tensor_get_element_type: 'pp',
  ov_tensor_get_size: 'pp',
  ov_tensor_get_byte_size: 'pp',
  ov_tensor_data: 'pp',
  ov_const_port_get_shape: 'pp',
  ov_port_get_any_name: 'pp',
  ov_port_get_partial_shape: 'pp',
  ov_port_get_element_type: 'pp',
  ov_shape_free: 'p',
  ov_layout_create: 'sp',
  ov_preprocess_prepostprocessor_create: 'pp',
  ov_preprocess_prepostprocessor_build: 'pp',
  ov_preprocess_prepostprocessor_get_input_info: 'pp',
  ov_preprocess_prepostprocessor_get_input_info_by_name: 'psp',
  ov_preprocess_prepostprocessor_get_input_info_by_index: 'pnp',
  ov_preprocess_prepostprocessor_get_output_info: 'pp',
  ov_preprocess_prepostprocessor_get_output_info_by_name: 'psp',
  ov_preprocess_prepostprocessor_get_output_info_by_index: 'pnp',
  ov_preprocess_input_info_get_tensor_info: 'pp',
  ov_preprocess_input_info_get_preprocess_steps: 'pp',
  ov_preprocess_input_info_get_model_info: 'pp',
  ov_preprocess_input_tensor_info_set_element_type: 'pi',
  ov_preprocess_input_tensor_info_set_layout: 'pp',
  ov_preprocess_input_tensor_info_set_from: 'pp',
  ov_preprocess_input_model_info_set_layout: 'pp',
  ov_preprocess_preprocess_steps_resize: 'pi',
  ov_preprocess_output_info_get_tensor_info: 'pp',
  ov_preprocess_output_set_element_type: 'pi',
} as const

const RETURNING_BOOLEAN = { ov_model_is_dynamic: 'p' } as const
const RETURNING_POINTER = { ov_get_last_err_msg: '' } as const
const RETURNING_NOTHING = {
  ov_free: 'p',
  ov_version_free: 'p',
  ov_core_free: 'p',
  ov_available_devices_free: 'p',
  ov_core_versions_free: 'p',
  ov_model_free: 'p',
  ov_compiled_model_free: 'p',
  ov_infer_request_free: 'p',
  ov_tensor_free: 'p',
  ov_output_port_free: 'p',
  ov_output_const_port_free: 'p',
  ov_partial_shape_free: 'p',
  ov_layout_free: 'p',
  ov_preprocess_prepostprocessor_free: 'p',
  ov_preprocess_input_info_free: 'p',
  ov_preprocess_output_info_free: 'p',
  ov_preprocess_input_tensor_info_free: 'p',
  ov_preprocess_output_tensor_info_free: 'p',
  ov_preprocess_input_model_info_free: 'p',
  ov_preprocess_preprocess_steps_free: 'p',
} as const

/** All functions, by what they return. */
export const SIGNATURES = {
  int: RETURNING_STATUS,
  bool: RETURNING_BOOLEAN,
  'void *': RETURNING_POINTER,
  void: RETURNING_NOTHING,
} as const

/** The functions of a loaded library. */
export type NativeFunctions = Readonly<
  Record<keyof typeof RETURNING_STATUS, NativeFunction> &
    Record<keyof typeof RETURNING_BOOLEAN, (pointer: bigint) => boolean> &
    Record<keyof typeof RETURNING_POINTER, () => bigint | null> &
    Record<keyof typeof RETURNING_NOTHING, (pointer: NativeValue) => void>
>
