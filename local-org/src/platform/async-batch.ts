import { ApexThrow, GovernorLimitError, NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';
import { ApexId, ApexList, ApexObject, ApexSet, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { classNameOf, enqueueJobOf, runningKind } from './async-jobs.ts';
import type { Piece } from './async-jobs.ts';
import { updateSystemRow } from './async-rows.ts';
import type { Locator } from './database.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { elements } from './native.ts';

const STATEFUL = apexType('Database.Stateful');
/** "The maximum value for the optional scope parameter is 2,000" (Apex Developer Guide, "Using Batch Apex"). */
const MAXIMUM_SIZE = 2000;

/** Database.executeBatch. @param size rows for each call of execute */
export function executeBatch(x: Execution, batch: ApexObject | null, size: number): ApexId {
  if (batch === null) throw nullArgument(1);
  if (size < 1) throw apexException('InvalidParameterValueException', 'Invalid value for size: must be greater than 0');
  if (runningKind(x) === 'future') {
    throw apexException(
      'AsyncException',
      'Database.executeBatch cannot be called from a batch start, batch execute, or future method.',
    );
  }
  const original = x.program.copy(x, batch);
  return enqueueJobOf(x, {
    kind: 'batch',
    className: classNameOf(batch),
    run: (piece, id) => runBatch(x, piece, original, id, Math.min(size, MAXIMUM_SIZE)),
  });
}

/** start, execute for each chunk of rows, finish: a transaction for each. */
function* runBatch(
  enqueuer: Execution,
  piece: Piece,
  original: ApexObject,
  id: ApexId,
  size: number,
): Generator<Pause, void, void> {
  const context = new PlatformObject(apexType('Database.BatchableContext'), { id });
  // without Database.Stateful the fields are in each transaction what they were when the batch was enqueued
  let state = original;
  const call = function* (x: Execution, method: string, args: Value[]): Generator<Pause, Value, void> {
    const batch = x.program.copy(x, state);
    const result = yield* x.program.call(x, batch, method, args);
    if (x.program.isAssignable(batch.type, STATEFUL)) state = batch;
    return result;
  };
  const { rows, type } = yield* piece(function* (x): Generator<Pause, Scope, void> {
    return yield* scopeOf(x, yield* call(x, 'start', [context]));
  });
  const chunks: Value[][] = [];
  for (let at = 0; at < rows.length; at += size) chunks.push(rows.slice(at, at + size));
  // tests run one call of execute (Apex Developer Guide, "Using Batch Apex")
  if (enqueuer.test !== null && chunks.length > 1) {
    throw apexException(
      'UnexpectedException',
      'No more than one executeBatch can be called from within a test method. Please make sure the iterable returned ' +
        'from your start method matches the batch size, resulting in one executeBatch invocation.',
    );
  }
  const progress = (fields: Record<string, Value>): Generator<Pause, void, void> =>
    piece(function* (x): Generator<Pause, void, void> {
      updateSystemRow(x, 'AsyncApexJob', id, fields);
    });
  yield* progress({ TotalJobItems: chunks.length });
  let errors = 0;
  for (const [i, chunk] of chunks.entries()) {
    try {
      yield* piece((x) => call(x, 'execute', [context, new ApexList(type, chunk)]));
    } catch (error) {
      // a chunk that fails is rolled back, the others go on; a test sees the exception
      if (enqueuer.test !== null || !(error instanceof ApexThrow || error instanceof GovernorLimitError)) throw error;
      errors++;
      enqueuer.log('ERROR', `Batch ${original.type.text}: ${error.message}`);
      yield* progress({ NumberOfErrors: errors, ExtendedStatus: `First error: ${error.message}`.slice(0, 1000) });
    }
    yield* progress({ JobItemsProcessed: i + 1 });
  }
  yield* piece((x) => call(x, 'finish', [context]));
}

interface Scope {
  rows: Value[];
  /** of the list that execute is handed */
  type: ApexType;
}

/** The rows behind what start() gives: a query locator, a list or an own Iterable. */
function* scopeOf(x: Execution, source: Value): Generator<Pause, Scope, void> {
  if (source instanceof PlatformObject && source.type.name === 'Database.QueryLocator') {
    const { rows, rowType } = (source as PlatformObject<Locator>).data;
    return { rows, type: rowType };
  }
  if (source instanceof ApexList || source instanceof ApexSet) {
    return { rows: elements(source), type: apexType('List', ...source.type.args) };
  }
  if (!(source instanceof ApexObject) || source instanceof PlatformObject) {
    throw new NotModelledError('a batch whose start() gives null');
  }
  const iterator = yield* x.program.call(x, source, 'iterator', []);
  if (!(iterator instanceof ApexObject) || iterator instanceof PlatformObject) {
    throw new NotModelledError('a batch whose Iterable gives an iterator of the platform');
  }
  const rows: Value[] = [];
  while ((yield* x.program.call(x, iterator, 'hasNext', [])) === true) {
    rows.push(yield* x.program.call(x, iterator, 'next', []));
  }
  const [first] = rows;
  return { rows, type: apexType('List', first === undefined ? apexType('Object') : x.program.typeOf(first)) };
}
