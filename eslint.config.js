// Lint rules: typescript-eslint's strict, type-checked set over src, test and scripts.
import tseslint from 'typescript-eslint'

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      'notebooks/',
      'walkthrough/',
      '.venv/',
      '.cache/',
      'models/',
      'data/',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx', 'scripts/**/*.mjs'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Hugging Face's spelling (input_ids, from_pretrained) is part of the public API.
      camelcase: 'off',
      // node:test returns promises that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it'] },
          ],
        },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Index access in numeric loops over typed arrays: noUncheckedIndexedAccess would otherwise need a check a pixel.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    // JavaScript, as these run before there is anything else; scripts/tsconfig.json checks their JSDoc types.
    files: ['scripts/**/*.mjs'],
    rules: {
      // Types given in comments are not seen by these two.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      // Node's built-in modules, imported by name in `await import()`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
)
