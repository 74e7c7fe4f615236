import { accessDenied, inaccessibleFields, noSuchColumn } from '../data/failure.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import type { Permissions } from '../security/permissions.ts';
import type { ResolvedPath } from './path.ts';

/** Collects what a query touches and refuses it when the user may not read it. */
export class AccessCheck {
  readonly #permissions: Permissions;
  readonly #mode: 'USER' | 'SECURITY_ENFORCED';
  readonly #fields = new Map<string, string[]>();

  constructor(permissions: Permissions, mode: 'USER' | 'SECURITY_ENFORCED') {
    this.#permissions = permissions;
    this.#mode = mode;
  }

  /** @throws ApexThrow: SecurityException (user mode) or QueryException (security enforced) */
  object(object: ObjectDefinition): void {
    if (this.#permissions.object(object.name).read) return;
    if (this.#mode === 'USER') throw accessDenied(`Access to entity '${object.name}' denied`);
    throw inaccessibleFields(
      `Insufficient permissions: secure query included inaccessible entity`,
      new Map([[object.name, []]]),
    );
  }

  paths(paths: ResolvedPath[]): void {
    for (const path of paths) {
      for (const step of path.steps) this.#field(step.object, step.reference.name);
      const throughClosedObject = path.steps.length > 0 && !this.#permissions.object(path.object.name).read;
      if (throughClosedObject) this.#note(path.object.name, path.field.name);
      else this.#field(path.object, path.field.name);
    }
  }

  #field(object: ObjectDefinition, field: string): void {
    if (!this.#permissions.field(object.name, field).read) this.#note(object.name, field);
  }

  #note(object: string, field: string): void {
    const fields = this.#fields.get(object) ?? [];
    if (!fields.includes(field)) fields.push(field);
    this.#fields.set(object, fields);
  }

  /** @throws ApexThrow with a QueryException that lists every field that was noted */
  finish(): void {
    const [first] = this.#fields;
    if (first === undefined) return;
    const [object, fields] = first;
    const message =
      this.#mode === 'USER'
        ? noSuchColumn(fields[0] ?? '', object)
        : 'Insufficient permissions: secure query included inaccessible field';
    throw inaccessibleFields(message, this.#fields);
  }
}
