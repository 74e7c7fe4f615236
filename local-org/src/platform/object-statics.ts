import type { ObjectDefinition } from '../schema/definition.ts';
import { settingsClass } from './custom-settings.ts';
import type { PlatformClass } from './signature.ts';

/**
 * The static methods that an object type has by its kind: `Settings__c.getInstance()`, `Rule__mdt.getAll()`.
 */
export function objectStatics(definition: ObjectDefinition): PlatformClass | null {
  return settingsClass(definition);
}
