import type { RowSource } from '../data/reader.ts';
import type { Row } from '../data/row.ts';
import type { RunningUser } from '../execution/execution.ts';
import type { Schema } from '../schema/schema.ts';
import { ApexId } from '../values/value.ts';

/** The running user of a User row. */
export function runningUser(row: Row): RunningUser {
  const text = (name: string): string => {
    const value = row.values.get(name) ?? null;
    if (value instanceof ApexId) return value.value;
    return typeof value === 'string' ? value : '';
  };
  return {
    id: row.id,
    username: text('username'),
    name: [text('firstname'), text('lastname')].filter((t) => t !== '').join(' '),
    email: text('email'),
    profileId: text('profileid'),
    timeZone: text('timezonesidkey') || 'GMT',
    locale: text('localesidkey') || 'en_US',
    language: text('languagelocalekey') || 'en_US',
    firstName: text('firstname') || null,
    lastName: text('lastname'),
    roleId: text('userroleid') || null,
    userType: text('usertype') || 'Standard',
  };
}

/** @throws Error when there is no such user */
export function userById(schema: Schema, rows: RowSource, id: string): RunningUser {
  const object = schema.object('User');
  const row = object === null ? null : rows.get(object, id);
  if (row === null) throw new Error(`There is no user ${id}`);
  return runningUser(row);
}
