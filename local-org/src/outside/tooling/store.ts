import { Store } from '../../data/store.ts';
import type { Org } from '../../org/org.ts';
import { ApexDatetime, ApexId, type Value } from '../../values/value.ts';
import { toolingSchema } from './objects.ts';

/** The rows of the Tooling API: the org's code and what test runs gave. In memory; test results do not outlive a restart. */
export class ToolingStore {
  readonly store: Store;
  readonly #org: Org;

  constructor(org: Org) {
    this.#org = org;
    this.store = new Store(toolingSchema());
    for (const name of ['ApexClass', 'ApexTrigger']) {
      const from = org.schema.object(name);
      const object = this.store.schema.object(name);
      if (from === null || object === null) throw new Error(`The schema lacks ${name}`);
      for (const row of org.store.table(from).rows.values()) this.store.putDirectly({ ...row, object });
    }
  }

  /** Puts a new row. @returns its Id */
  insert(objectName: string, userId: string, fields: Record<string, Value>): ApexId {
    const object = this.#object(objectName);
    const id = new ApexId(this.store.nextId(object));
    const values = new Map<string, Value>([['id', id]]);
    const now = new ApexDatetime(Math.floor(Date.now() / 1000) * 1000);
    for (const field of object.fields.values()) {
      const key = field.name.toLowerCase();
      if (field.type === 'boolean') values.set(key, false);
      if (['createddate', 'lastmodifieddate', 'systemmodstamp'].includes(key)) values.set(key, now);
      if (key === 'createdbyid' || key === 'lastmodifiedbyid') values.set(key, new ApexId(userId));
    }
    this.#put(objectName, id, values, fields);
    return id;
  }

  update(objectName: string, id: ApexId, fields: Record<string, Value>): void {
    const row = this.store.table(this.#object(objectName)).get(id.value);
    if (row === undefined) throw new Error(`There is no ${objectName} ${id.value}`);
    this.#put(objectName, id, new Map(row.values), fields);
  }

  remove(objectName: string, wanted: (values: ReadonlyMap<string, Value>) => boolean): void {
    const table = this.store.table(this.#object(objectName));
    for (const row of [...table.rows.values()]) if (wanted(row.values)) table.remove(row.id);
  }

  rows(objectName: string): { id: string; values: ReadonlyMap<string, Value> }[] {
    return [...this.store.table(this.#object(objectName)).rows.values()];
  }

  /** Id of the class or trigger of that name, without regard to case. */
  codeId(name: string): ApexId | null {
    for (const object of ['ApexClass', 'ApexTrigger']) {
      const row = this.rows(object).find((r) => textOf(r.values.get('name')).toLowerCase() === name.toLowerCase());
      if (row !== undefined) return new ApexId(row.id);
    }
    return null;
  }

  className(id: string): string | null {
    const row = this.rows('ApexClass').find((r) => r.id.slice(0, 15) === id.slice(0, 15));
    const name = row?.values.get('name');
    return typeof name === 'string' ? name : null;
  }

  get org(): Org {
    return this.#org;
  }

  #put(objectName: string, id: ApexId, values: Map<string, Value>, fields: Record<string, Value>): void {
    const object = this.#object(objectName);
    for (const [name, value] of Object.entries(fields)) {
      if (!object.fields.has(name.toLowerCase())) throw new Error(`${objectName} has no field ${name}`);
      values.set(name.toLowerCase(), value);
    }
    this.store.putDirectly({ id: id.value, object, values });
  }

  #object(name: string) {
    const object = this.store.schema.object(name);
    if (object === null) throw new Error(`The Tooling API lacks ${name}`);
    return object;
  }
}

export const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
