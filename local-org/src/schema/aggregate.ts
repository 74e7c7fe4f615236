import type { ObjectDefinition } from './definition.ts';

/** `AggregateResult`: an object without fields of its own; its rows hold the aliases of the query. */
export function buildAggregateDefinition(): ObjectDefinition {
  return {
    name: 'AggregateResult',
    label: 'Aggregate Result',
    labelPlural: 'Aggregate Results',
    keyPrefix: '',
    kind: 'aggregate',
    setup: false,
    createable: false,
    updateable: false,
    deletable: false,
    queryable: false,
    sharingModel: 'ReadWrite',
    fields: new Map(),
    childRelationships: [],
    validationRules: [],
  };
}
