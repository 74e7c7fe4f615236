/** formulon ships no types; this is what the tests use of it. */
declare module 'formulon' {
  const formulon: {
    parse(formula: string): { type: 'literal' | 'error'; value?: string | number | boolean | null; message?: string };
  };
  export default formulon;
}
