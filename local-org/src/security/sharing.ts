import type { RecordReader } from '../data/reader.ts';
import { indexKey } from '../data/row.ts';
import type { Row } from '../data/row.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import { shareNames } from '../schema/share.ts';
import { ApexId } from '../values/value.ts';
import type { Permissions } from './permissions.ts';

/** Finds rows by an indexed field, whatever the user may see. */
export interface SharingSource {
  find(object: ObjectDefinition, field: string, key: string): Row[];
}

type Wish = 'read' | 'edit';

/**
 * Record access by owner, role hierarchy, queues, shares and organisation-wide default. Sharing rules, teams and
 * territories are not part of the model. With Private or Read defaults a user reaches his own records, those of people
 * below him in the role hierarchy, those shared with him or his groups, and all of them with View All / Modify All on
 * the object or in the whole org.
 */
export class Sharing {
  readonly #reader: RecordReader;
  readonly #source: SharingSource;
  readonly #permissions: Permissions;
  readonly #userId: string;
  #principals: Set<string> | null = null;
  readonly #below = new Map<string, boolean>();

  constructor(reader: RecordReader, source: SharingSource, permissions: Permissions, userId: string) {
    this.#reader = reader;
    this.#source = source;
    this.#permissions = permissions;
    this.#userId = userId;
  }

  canRead(row: Row): boolean {
    return this.#reaches(row, 'read');
  }

  canEdit(row: Row): boolean {
    return this.#reaches(row, 'edit');
  }

  #reaches(row: Row, wish: Wish): boolean {
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
    return this.#owns(row) || this.#sharedWith(row, wish);
  }

  /** The user himself, somebody below him, or a queue that he is a member of. */
  #owns(row: Row): boolean {
    const owner = row.values.get('ownerid');
    if (!(owner instanceof ApexId)) return false;
    return this.#ownIds().has(owner.value) || this.#isBelow(owner.value);
  }

  /** The user's own id and those of the groups that he is in, nested ones too. */
  #ownIds(): Set<string> {
    if (this.#principals !== null) return this.#principals;
    const ids = new Set([this.#userId]);
    const members = this.#reader.schema.object('GroupMember');
    if (members !== null) {
      for (const id of ids) {
        for (const row of this.#source.find(members, 'userorgroupid', indexKey(new ApexId(id)) ?? '')) {
          const group = row.values.get('groupid');
          if (group instanceof ApexId) ids.add(group.value);
        }
      }
    }
    this.#principals = ids;
    return ids;
  }

  /** Salesforce Help, "Role Hierarchy": people see and edit what those below them own. */
  #isBelow(ownerId: string): boolean {
    const known = this.#below.get(ownerId);
    if (known !== undefined) return known;
    const mine = this.#roleOf(this.#userId);
    let role = mine === null ? null : this.#roleOf(ownerId);
    let below = false;
    const seen = new Set<string>();
    while (role !== null && !seen.has(role)) {
      seen.add(role);
      role = idOf(this.#reader.byId(role), 'parentroleid');
      if (role === mine) below = true;
    }
    this.#below.set(ownerId, below);
    return below;
  }

  #roleOf(userId: string): string | null {
    return idOf(this.#reader.byId(userId), 'userroleid');
  }

  #sharedWith(row: Row, wish: Wish): boolean {
    const names = shareNames(row.object);
    const share = this.#reader.schema.object(names.share);
    if (share === null) return false;
    return this.#source.find(share, names.parent.toLowerCase(), indexKey(new ApexId(row.id)) ?? '').some((entry) => {
      const principal = idOf(entry, 'userorgroupid');
      const level = entry.values.get(names.level.toLowerCase());
      const enough = wish === 'read' ? true : level === 'Edit' || level === 'All';
      return principal !== null && enough && this.#ownIds().has(principal);
    });
  }

  #controllingParent(row: Row): Row | null {
    for (const field of row.object.fields.values()) {
      if (field.masterDetail || field.name === 'AccountId') return this.#reader.parent(row, field);
    }
    return null;
  }
}

function idOf(row: Row | null, field: string): string | null {
  const value = row?.values.get(field);
  return value instanceof ApexId ? value.value : null;
}
