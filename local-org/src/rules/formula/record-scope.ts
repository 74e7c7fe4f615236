import { CompileError } from '../../errors.ts';
import { noSuchColumn } from '../../data/failure.ts';
import type { RecordReader } from '../../data/reader.ts';
import type { Row } from '../../data/row.ts';
import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { DAY_MS, offsetAt } from '../../values/date.ts';
import { ApexId } from '../../values/value.ts';
import { formulaValue } from './value.ts';
import type { FormulaScope, FormulaValue } from './value.ts';

const NUMERIC = new Set(['int', 'double', 'currency', 'percent']);

/** The scope of a formula that is evaluated for one record: its own fields, its parents' and the running user's. */
export class RecordScope implements FormulaScope {
  readonly where: string;
  readonly now: number;
  readonly today: number;
  readonly timeZone: string;
  readonly isNew: boolean;
  readonly #reader: RecordReader;
  readonly #row: Row;
  readonly #before: Row | null;
  readonly #blanksAsZero: boolean;

  /** @param before the stored record that is being changed; null for a new one @param where names the formula in messages */
  constructor(reader: RecordReader, row: Row, before: Row | null, where: string, blanksAsZero = false) {
    this.#reader = reader;
    this.#row = row;
    this.#before = before;
    this.#blanksAsZero = blanksAsZero;
    this.where = where;
    this.isNew = before === null;
    this.now = reader.context.now;
    this.timeZone = this.#userField('TimeZoneSidKey') ?? 'GMT';
    this.today = Math.floor((this.now + offsetAt(this.timeZone, this.now)) / DAY_MS);
  }

  field(path: string[]): FormulaValue {
    return this.#read(this.#row, path);
  }

  prior(path: string[]): FormulaValue {
    return this.#read(this.#before ?? this.#row, path);
  }

  global(path: string[]): FormulaValue | undefined {
    const [root = '', ...rest] = path;
    switch (root.toLowerCase()) {
      case '$user': {
        const user = this.#reader.byId(this.#reader.context.userId);
        return user === null ? undefined : this.#read(user, rest);
      }
      case '$profile': {
        const user = this.#reader.byId(this.#reader.context.userId);
        const profile = user === null ? null : this.#reader.byId(idText(user.values.get('profileid')));
        return profile === null ? undefined : this.#read(profile, rest);
      }
      case '$permission': {
        const has = this.#reader.context.customPermission;
        return has === undefined || rest[0] === undefined ? undefined : has(rest[0]);
      }
      case '$label':
        return this.#reader.schema.labels.get((rest[0] ?? '').toLowerCase());
      default:
        return undefined;
    }
  }

  #userField(name: string): string | null {
    const value = this.#reader.byId(this.#reader.context.userId)?.values.get(name.toLowerCase());
    return typeof value === 'string' ? value : null;
  }

  #read(start: Row, path: string[]): FormulaValue {
    let row: Row | null = start;
    let objects: ObjectDefinition[] = [start.object];
    for (const relationship of path.slice(0, -1)) {
      const reference = this.#reference(objects, relationship);
      objects = reference.referenceTo.map((name) => this.#reader.schema.object(name)).filter((o) => o !== null);
      row = row === null ? null : this.#reader.parent(row, reference);
    }
    const name = path.at(-1) ?? '';
    const field = objects.map((o) => o.fields.get(name.toLowerCase())).find((f) => f !== undefined);
    if (field === undefined)
      throw new CompileError(`Field ${path.join('.')} does not exist. Check spelling.`, this.where, 1);
    const own = row === null ? undefined : row.object.fields.get(name.toLowerCase());
    const value = row === null || own === undefined ? null : formulaValue(this.#reader.value(row, own));
    if (value === null && this.#blanksAsZero && NUMERIC.has(field.type)) return ApexDecimal.ZERO;
    return value === null && field.type === 'boolean' ? false : value;
  }

  #reference(objects: ObjectDefinition[], relationship: string): FieldDefinition {
    for (const object of objects) {
      const reference = this.#reader.schema.parentRelationship(object, relationship);
      if (reference !== null) return reference;
    }
    throw new CompileError(noSuchColumn(relationship, objects[0]?.name ?? ''), this.where, 1);
  }
}

function idText(value: unknown): string {
  return value instanceof ApexId ? value.value : '';
}
