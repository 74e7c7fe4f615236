import { createHash } from 'node:crypto';
import type { ObjectDefinition } from '../schema/definition.ts';
import { to18 } from '../values/id.ts';
import { ApexId } from '../values/value.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The Id of a record that the metadata makes: it follows from its name, whatever other metadata there is. */
export function metadataId(object: ObjectDefinition, name: string): ApexId {
  const hash = createHash('sha256').update(`${object.name}.${name}`.toLowerCase()).digest();
  const tail = [...hash.subarray(0, 9)].map((byte) => DIGITS.charAt(byte % 62)).join('');
  return new ApexId(to18(`${object.keyPrefix}000${tail}`));
}
