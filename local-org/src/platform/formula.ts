import { RecordReader } from '../data/reader.ts';
import type { Row } from '../data/row.ts';
import type { StoreTransaction } from '../data/transaction.ts';
import type { Execution } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { ApexId, PlatformObject, SObjectValue } from '../values/value.ts';
import type { ApexList } from '../values/value.ts';
import { nullArgument, nullPointer } from './exceptions.ts';
import { listOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/**
 * Formula.recalculateFormulas (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_System_Formula.htm).
 * Formulas that reach over a lookup read the parent as it is stored. Formula.builder() is refused.
 */

const RESULT = apexType('FormulaRecalcResult');

type Result = PlatformObject<{ record: SObjectValue; text: string }>;

function recalculate(x: Execution, record: SObjectValue): Result {
  const transaction = x.transaction as StoreTransaction;
  const reader = new RecordReader(x.org.schema, transaction, { now: x.now(), userId: x.user.id });
  const { definition, values } = record;
  const id = values.get('id');
  const row: Row = { id: id instanceof ApexId ? id.value : '', object: definition, values: new Map(values) };
  for (const [name, field] of definition.fields) {
    if (field.formula === null) continue;
    values.set(name, reader.value(row, field));
    record.retrieved?.add(name);
  }
  return new PlatformObject(RESULT, { record, text: 'FormulaRecalcResult[]' });
}

export const formulaClasses: PlatformClass[] = [
  platformClass('Formula', {
    'static List<FormulaRecalcResult> recalculateFormulas(List<SObject>)': (x, _self, records: ApexList | null) => {
      if (records === null) throw nullArgument(1);
      const results = records.items.map((record) => {
        if (!(record instanceof SObjectValue)) throw nullPointer();
        return recalculate(x, record);
      });
      return listOf(RESULT, results);
    },
  }),
  platformClass('FormulaRecalcResult', {
    // A formula that fails stops this model by name, so that what comes back has gone well.
    'Boolean isSuccess()': () => true,
    'SObject getSObject()': (_x, self: Result) => self.data.record,
  }),
];
