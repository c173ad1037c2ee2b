;; The inner loops of resize.ts. One output pixel is a sum of input pixels times integer weights of 22 fractional bits,
;; rounded and clamped to 0..255. A record of the table says how one output is made (32-bit integers):
;;   where its first input starts, in bytes from `input`; the length of its weights in bytes, at least 4; the weights.
;; Up to 7 bytes behind `output` are overwritten: rows are made in order, and memory ends a little later.
(module
  (memory (export "memory") 1)

  ;; One row of a picture with another width: an output a record, 3 bytes a pixel.
  (func (export "resizeRow")
    (param $input i32) (param $record i32) (param $recordBytes i32) (param $output i32) (param $outputEnd i32)
    (local $from i32) (local $weight i32) (local $weightsEnd i32) (local $sums v128)
    (loop $outputs
      (local.set $from (i32.add (local.get $input) (i32.load (local.get $record))))
      (local.set $weight (i32.add (local.get $record) (i32.const 8)))
      (local.set $weightsEnd (i32.add (local.get $weight) (i32.load offset=4 (local.get $record))))
      (local.set $sums (v128.const i32x4 0x200000 0x200000 0x200000 0x200000)) ;; one half, to round
      (loop $inputs
        ;; red, green, blue (and the next pixel's red, which nobody looks at) side by side
        (local.set $sums (i32x4.add (local.get $sums) (i32x4.mul
          (v128.load32_splat (local.get $weight))
          (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $from)))))))
        (local.set $from (i32.add (local.get $from) (i32.const 3)))
        (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
        (br_if $inputs (i32.lt_u (local.get $weight) (local.get $weightsEnd))))
      (local.set $sums (i32x4.shr_s (local.get $sums) (i32.const 22)))
      (local.set $sums (i16x8.narrow_i32x4_s (local.get $sums) (local.get $sums)))
      (v128.store32_lane 0 (local.get $output) (i8x16.narrow_i16x8_u (local.get $sums) (local.get $sums)))
      (local.set $output (i32.add (local.get $output) (i32.const 3)))
      (local.set $record (i32.add (local.get $record) (local.get $recordBytes)))
      (br_if $outputs (i32.lt_u (local.get $output) (local.get $outputEnd)))))

  ;; One row of a picture with another height: the weighted sum of whole rows, by one record, 8 bytes at a time.
  (func (export "blendRows")
    (param $input i32) (param $rowBytes i32) (param $record i32) (param $output i32)
    (local $column i32) (local $from i32) (local $weight i32) (local $weightsEnd i32)
    (local $bytes v128) (local $factor v128) (local $low v128) (local $high v128)
    (local.set $input (i32.add (local.get $input) (i32.load (local.get $record))))
    (local.set $weightsEnd
      (i32.add (i32.add (local.get $record) (i32.const 8)) (i32.load offset=4 (local.get $record))))
    (loop $columns
      (local.set $from (i32.add (local.get $input) (local.get $column)))
      (local.set $weight (i32.add (local.get $record) (i32.const 8)))
      (local.set $low (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
      (local.set $high (local.get $low))
      (loop $inputs
        (local.set $bytes (i16x8.extend_low_i8x16_u (v128.load64_zero (local.get $from))))
        (local.set $factor (v128.load32_splat (local.get $weight)))
        (local.set $low (i32x4.add (local.get $low)
          (i32x4.mul (local.get $factor) (i32x4.extend_low_i16x8_u (local.get $bytes)))))
        (local.set $high (i32x4.add (local.get $high)
          (i32x4.mul (local.get $factor) (i32x4.extend_high_i16x8_u (local.get $bytes)))))
        (local.set $from (i32.add (local.get $from) (local.get $rowBytes)))
        (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
        (br_if $inputs (i32.lt_u (local.get $weight) (local.get $weightsEnd))))
      (local.set $low (i16x8.narrow_i32x4_s
        (i32x4.shr_s (local.get $low) (i32.const 22)) (i32x4.shr_s (local.get $high) (i32.const 22))))
      (v128.store64_lane 0
        (i32.add (local.get $output) (local.get $column)) (i8x16.narrow_i16x8_u (local.get $low) (local.get $low)))
      (local.set $column (i32.add (local.get $column) (i32.const 8)))
      (br_if $columns (i32.lt_u (local.get $column) (local.get $rowBytes))))))
