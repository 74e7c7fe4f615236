import type { RecordReader } from '../data/reader.ts';
import type { Row } from '../data/row.ts';
import { ApexId } from '../values/value.ts';
import type { Permissions } from './permissions.ts';

/**
 * Record access by owner and organisation-wide default. Role hierarchy, sharing rules, manual shares, queues and teams
 * are not part of the model: with Private or Read defaults a user reaches his own records, and all of them with View
 * All / Modify All on the object or in the whole org.
 */
export class Sharing {
  readonly #reader: RecordReader;
  readonly #permissions: Permissions;
  readonly #userId: string;

  constructor(reader: RecordReader, permissions: Permissions, userId: string) {
    this.#reader = reader;
    this.#permissions = permissions;
    this.#userId = userId;
  }

  canRead(row: Row): boolean {
    return this.#reaches(row, 'read');
  }

  canEdit(row: Row): boolean {
    return this.#reaches(row, 'edit');
  }

  #reaches(row: Row, wish: 'read' | 'edit'): boolean {
    const object = row.object;
    if (object.kind === 'customMetadata' || object.setup) return true;
    const model = object.sharingModel;
    if (model === 'ReadWrite' || (model === 'Read' && wish === 'read')) return true;
    const access = this.#permissions.object(object.name);
    if (wish === 'read' ? access.viewAll : access.modifyAll) return true;
    if (model === 'ControlledByParent') {
      const parent = this.#controllingParent(row);
      // A record whose parent controls it and that has none belongs to its owner alone (private contacts).
      return parent === null ? this.#owns(row) : this.#reaches(parent, wish);
    }
    return this.#owns(row);
  }

  #owns(row: Row): boolean {
    const owner = row.values.get('ownerid');
    return owner instanceof ApexId && owner.value === this.#userId;
  }

  #controllingParent(row: Row): Row | null {
    for (const field of row.object.fields.values()) {
      if (field.masterDetail || field.name === 'AccountId') return this.#reader.parent(row, field);
    }
    return null;
  }
}
