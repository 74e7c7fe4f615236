import js from '@eslint/js';
import lwc from '@salesforce/eslint-config-lwc/recommended.js';
import globals from 'globals';
import typescript from 'typescript-eslint';

const lightning = 'force-app/**/lwc/**/*.js';

export default typescript.config(
  { ignores: ['node_modules/', 'coverage/', '.fieldbridge/', '**/.tap/', 'dist/'] },
  { ...js.configs.recommended, ignores: [lightning] },
  {
    files: ['**/*.ts'],
    extends: [...typescript.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An `any` from a library may be read at a boundary, never passed on: no-unsafe-* (recommended) see to that.
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Fastify plugins and hooks are async by contract, with or without an await in them.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // ANTLR and the DOM answer with null or undefined for "not there": `== null` asks for both.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // A statement of a transaction is a generator by contract, whether or not it has a point to give way at.
      'require-yield': 'off',
      // Fastify, tap and their plugins type functions that need no `this` as methods.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.{js,mjs,cjs}'], ignores: [lightning], languageOptions: { globals: globals.node } },
  {
    files: ['**/*.test.ts', '**/test/**/*.ts'],
    // tap waits for the promises of its own calls.
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  ...lwc.map((config) => ({ ...config, files: [lightning] })),
);
