import type { Execution } from '../execution/execution.ts';
import { ApexId, ApexSet } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { bean, variables } from './bean.ts';
import type { Bean } from './bean.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/**
 * Messaging.CustomNotification (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_Messaging_CustomNotification.htm).
 * A notification that Salesforce would take is kept with its transaction; no bell rings.
 */

export interface SentNotification {
  readonly values: ReadonlyMap<string, Value>;
  /** ids of users, groups and queues, the org's id for everybody */
  readonly recipients: readonly string[];
}

const sent = new WeakMap<Execution, SentNotification[]>();

/** What a transaction has sent. */
export function sentNotifications(x: Execution): readonly SentNotification[] {
  return sent.get(x) ?? [];
}

const NAME = 'Messaging.CustomNotification';

const FIELDS = {
  notificationTypeId: 'String',
  senderId: 'String',
  title: 'String',
  body: 'String',
  targetId: 'String',
  targetPageRef: 'String',
};

/** Apex Reference Guide: at most 500 recipients, title and body are required, and a target. */
const RECIPIENTS = 500;

/** @throws ApexThrow what is missing; the words are an assumption */
function send(x: Execution, { data }: Bean, users: ApexSet | null): void {
  if (users === null) throw nullArgument(1);
  const has = (name: string): boolean => (data.values.get(name) ?? '') !== '';
  const missing = ['notificationtypeid', 'title', 'body'].find((name) => !has(name));
  if (missing !== undefined) throw apexException('HandledException', `Required field missing: ${missing}`);
  if (!has('targetid') && !has('targetpageref')) {
    throw apexException('HandledException', 'Required field missing: targetid or targetpageref');
  }
  const recipients = [...users.entries.values()].filter((id) => typeof id === 'string');
  if (recipients.length === 0 || recipients.length > RECIPIENTS) {
    throw apexException('HandledException', `A notification has 1 to ${RECIPIENTS} recipients`);
  }
  sent.set(x, [...sentNotifications(x), { values: new Map(data.values), recipients }]);
}

const text = (value: Value): Value => (value instanceof ApexId ? value.value : value);

function setter(name: string): (x: Execution, self: Bean, value: Value) => void {
  return (_x, self, value) => {
    self.data.values.set(name, text(value));
  };
}

export const customNotificationClass: PlatformClass = platformClass(NAME, {
  'new()': () => bean(NAME),
  'new(String,String,String,String,String,String)': (_x, _type, ...args: Value[]) => {
    const names = Object.keys(FIELDS);
    return bean(NAME, Object.fromEntries(args.map((value, i) => [(names[i] ?? '').toLowerCase(), text(value)])));
  },
  ...variables(FIELDS),
  'void setNotificationTypeId(String)': setter('notificationtypeid'),
  'void setSenderId(String)': setter('senderid'),
  'void setTitle(String)': setter('title'),
  'void setBody(String)': setter('body'),
  'void setTargetId(String)': setter('targetid'),
  'void setTargetPageRef(String)': setter('targetpageref'),
  'void send(Set<String>)': send,
});
