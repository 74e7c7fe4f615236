import type { ObjectDefinition } from '../definition.ts';
import { access } from './access.ts';
import { activities } from './activities.ts';
import { linkChildren, standardObject } from './builder.ts';
import { customers } from './customers.ts';
import { files } from './files.ts';
import { leadStatus } from './lead-status.ts';
import { people } from './people.ts';
import { products } from './products.ts';
import { sales } from './sales.ts';
import { setup } from './setup.ts';

/**
 * The standard objects that this model knows, with names, labels, types and lengths as in the Salesforce Object
 * Reference. A new copy each time, because a source folder may add custom fields to them.
 */
export function standardObjects(): ObjectDefinition[] {
  const tables = [
    ...customers,
    ...sales,
    ...products,
    ...activities,
    ...people,
    ...access,
    ...setup,
    leadStatus,
    ...files,
  ];
  const objects = tables.map(standardObject);
  linkChildren(tables, objects);
  return objects;
}
