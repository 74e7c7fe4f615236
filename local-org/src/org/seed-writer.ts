import { createHash } from 'node:crypto';
import type { Store } from '../data/store.ts';
import { to18 } from '../values/id.ts';
import { ApexDatetime, ApexId, type Value } from '../values/value.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Writes rows of setup objects, past all rules, with the system fields that a save would set. */
export class SeedWriter {
  readonly #store: Store;
  /** an org is as old as the epoch: a fixed time, so that nothing depends on when it was started first */
  readonly #at = new ApexDatetime(Date.UTC(2026, 0, 1));
  author: ApexId | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The id that follows from a name; `0000z` keeps it apart from the counted ids of the store. */
  idOf(objectName: string, name: string): ApexId {
    const object = this.#definition(objectName);
    const hash = createHash('sha256').update(`${object.name}:${name}`.toLowerCase()).digest();
    const tail = [...hash.subarray(0, 7)].map((byte) => DIGITS.charAt(byte % 62)).join('');
    return new ApexId(to18(`${object.keyPrefix}0000z${tail}`));
  }

  put(objectName: string, id: ApexId, fields: Record<string, Value>): ApexId {
    const object = this.#definition(objectName);
    const values = new Map<string, Value>([['id', id]]);
    for (const field of object.fields.values()) {
      if (field.type === 'boolean' && field.formula === null) values.set(field.name.toLowerCase(), false);
    }
    for (const name of ['createddate', 'lastmodifieddate', 'systemmodstamp'])
      if (object.fields.has(name)) values.set(name, this.#at);
    for (const name of ['createdbyid', 'lastmodifiedbyid']) if (object.fields.has(name)) values.set(name, this.author);
    for (const [name, value] of Object.entries(fields)) {
      if (!object.fields.has(name.toLowerCase())) throw new Error(`${objectName} has no field ${name}`);
      values.set(name.toLowerCase(), value);
    }
    this.#store.putDirectly({ id: id.value, object, values });
    return id;
  }

  #definition(name: string) {
    const object = this.#store.schema.object(name);
    if (object === null) throw new Error(`The schema lacks the standard object ${name}`);
    return object;
  }
}
