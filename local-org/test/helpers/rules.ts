import type { FormulaContext } from '../../src/rules/index.ts';
import { blankField } from '../../src/schema/custom-field.ts';
import type { FieldDefinition, FieldType } from '../../src/schema/definition.ts';
import { Schema } from '../../src/schema/schema.ts';
import { standardObjects } from '../../src/schema/standard/index.ts';
import { dayOf } from '../../src/values/date.ts';
import { ApexDecimal } from '../../src/values/decimal.ts';
import { ApexDate, ApexDatetime, ApexTime, SObjectValue } from '../../src/values/value.ts';
import type { Value } from '../../src/values/value.ts';

export const USER = {
  id: '005000000000001AAA',
  username: 'ada@example.org',
  name: 'Ada Admin',
  email: 'ada@example.org',
  profileId: '00e000000000001AAA',
  timeZone: 'America/Los_Angeles',
  locale: 'en_US',
  language: 'en_US',
};

/** 2026-03-01 02:03:04.567 GMT: still February in Los Angeles. */
export const NOW = Date.UTC(2026, 2, 1, 2, 3, 4, 567);

export function customField(name: string, type: FieldType, more: Partial<FieldDefinition> = {}): FieldDefinition {
  const label = name.replace(/__c$/, '').replaceAll('_', ' ');
  return { ...blankField(name, label, type), custom: true, ...more };
}

const picklist = (...values: string[]): Partial<FieldDefinition> => ({
  length: 255,
  restrictedPicklist: true,
  picklistValues: values.map((value) => ({
    value: value.replace(/^[*-]/, ''),
    label: value,
    active: !value.startsWith('-'),
    isDefault: value.startsWith('*'),
  })),
});

/** The standard objects, and Contact with a custom field of each type. */
export function exampleSchema(): Schema {
  const schema = new Schema(standardObjects());
  const contact = schema.object('Contact');
  if (contact === null) throw new Error('No Contact');
  const fields = [
    customField('Text__c', 'string', { length: 20 }),
    customField('Count__c', 'double', { precision: 4, scale: 0 }),
    customField('Rate__c', 'double', { precision: 10, scale: 8 }),
    customField('Money__c', 'currency', { precision: 8, scale: 2 }),
    customField('Share__c', 'percent', { precision: 5, scale: 2 }),
    customField('Flag__c', 'boolean'),
    customField('Day__c', 'date'),
    customField('Moment__c', 'datetime'),
    customField('Clock__c', 'time'),
    customField('Color__c', 'picklist', picklist('Red', '*Green', '-Blue')),
    customField('Open__c', 'picklist', { ...picklist('One', 'Two'), restrictedPicklist: false }),
    customField('Tags__c', 'multipicklist', { ...picklist('Alpha', 'Beta', 'Gamma'), length: 4099 }),
    customField('Site__c', 'url', { length: 255 }),
    customField('Needed__c', 'string', { length: 10, nillable: false }),
    customField('Double__c', 'double', { precision: 18, scale: 1, formula: 'Count__c * 2.04' }),
    customField('Zero__c', 'double', { precision: 18, scale: 1, formula: 'Count__c + 1', blanksAsZero: true }),
    customField('Broken__c', 'double', { precision: 18, scale: 1, formula: '1 / Count__c' }),
    customField('Part__c', 'percent', { precision: 5, scale: 1, formula: 'Share__c / 2' }),
  ];
  for (const field of fields) contact.fields.set(field.name.toLowerCase(), field);
  return schema;
}

export type Values = Readonly<Record<string, Value>>;

export function record(schema: Schema, object: string, values: Values): SObjectValue {
  const definition = schema.object(object);
  if (definition === null) throw new Error(`No ${object}`);
  const made = new SObjectValue(definition);
  for (const [name, value] of Object.entries(values)) made.values.set(name.toLowerCase(), value);
  return made;
}

export interface Situation {
  values?: Values;
  /** the stored values before the save; absent: the record is new */
  before?: Values;
  parents?: Record<string, SObjectValue>;
  globals?: Values;
}

export function contactContext(schema: Schema, situation: Situation): FormulaContext {
  const contact = record(schema, 'Contact', situation.values ?? {});
  return {
    definition: contact.definition,
    schema,
    record: contact,
    previous: situation.before === undefined ? null : record(schema, 'Contact', situation.before),
    isNew: situation.before === undefined,
    user: USER,
    now: NOW,
    parent: (path) => situation.parents?.[path] ?? null,
    global: (name) => situation.globals?.[name],
  };
}

export const number = (text: string): ApexDecimal => ApexDecimal.parse(text) ?? ApexDecimal.ZERO;
export const date = (year: number, month: number, day: number): ApexDate => new ApexDate(dayOf(year, month, day));
export const moment = (iso: string): ApexDatetime => new ApexDatetime(Date.parse(iso));
export const clock = (hour: number, minute = 0): ApexTime => new ApexTime((hour * 60 + minute) * 60_000);
