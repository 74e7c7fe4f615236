import type { ExceptionValue } from './values/value.ts';

/**
 * Something of Salesforce that this model does not know. It is never an Apex exception: no Apex `catch` sees it, it ends
 * the transaction and reaches the person as it is, with the name and the place.
 */
export class NotModelledError extends Error {
  readonly what: string;
  readonly where: string | null;

  /** @param what the thing by its Salesforce name, e.g. "method String.abbreviate(Integer)". @param where "Class.cls:12" */
  constructor(what: string, where: string | null = null) {
    super(where === null ? `Not modelled: ${what}` : `Not modelled: ${what} (at ${where})`);
    this.name = 'NotModelledError';
    this.what = what;
    this.where = where;
  }
}

/** An Apex exception on its way up; `value` is the exception object that Apex code sees. */
export class ApexThrow extends Error {
  readonly value: ExceptionValue;

  constructor(value: ExceptionValue) {
    super(`${value.typeName}: ${value.message ?? 'Script-thrown exception'}`);
    this.name = 'ApexThrow';
    this.value = value;
  }
}

/** System.LimitException: passes every Apex `catch` and `finally`, ends the transaction. */
export class GovernorLimitError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GovernorLimitError';
  }
}

/** Apex or metadata that Salesforce would refuse to deploy; the message names file and line. */
export class CompileError extends Error {
  readonly file: string;
  readonly line: number;

  constructor(message: string, file: string, line: number) {
    super(`${file}:${line}: ${message}`);
    this.name = 'CompileError';
    this.file = file;
    this.line = line;
  }
}
