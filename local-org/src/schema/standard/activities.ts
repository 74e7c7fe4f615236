import type { ObjectTable } from './builder.ts';

const WHAT = 'Account,Opportunity,Campaign,Case';

/** Task and Event. */
export const activities: ObjectTable[] = [
  {
    name: 'Task',
    label: 'Task',
    plural: 'Tasks',
    prefix: '00T',
    owner: 'Group,User',
    fields: `
  WhoId | Name ID | reference Contact,Lead | rel=Who children=Tasks
  WhatId | Related To ID | reference ${WHAT} | rel=What children=Tasks
  Subject | Subject | combobox 255: Call; Send Letter; Send Quote; Other | name
  ActivityDate | Due Date Only | date
  Status | Status | picklist 255: *Not Started; In Progress; Completed; Waiting on someone else; Deferred | required
  Priority | Priority | picklist 255: High; *Normal; Low | required
  IsHighPriority | High Priority | boolean | formula=ISPICKVAL(Priority, 'High')
  Description | Description | textarea 32000
  Type | Type | picklist 255: Call; Meeting; Other; Email
  IsClosed | Closed | boolean | formula=ISPICKVAL(Status, 'Completed')
  CallDurationInSeconds | Call Duration | int 8
  CallType | Call Type | picklist 40: Internal; Inbound; Outbound
  CallDisposition | Call Result | string 255
  CallObject | Call Object Identifier | string 255
  ReminderDateTime | Reminder Date/Time | datetime
  IsReminderSet | Reminder Set | boolean
  TaskSubtype | Task Subtype | picklist 40: *Task; Email; ListEmail; Cadence; Call; LinkedIn | restricted createonly`,
  },
  {
    name: 'Event',
    label: 'Event',
    plural: 'Events',
    prefix: '00U',
    owner: 'User',
    fields: `
  WhoId | Name ID | reference Contact,Lead | rel=Who children=Events
  WhatId | Related To ID | reference ${WHAT} | rel=What children=Events
  Subject | Subject | combobox 255: Call; Email; Meeting; Send Letter/Quote; Other | name
  Location | Location | string 255
  IsAllDayEvent | All-Day Event | boolean
  StartDateTime | Start Date Time | datetime
  EndDateTime | End Date Time | datetime
  Description | Description | textarea 32000
  IsPrivate | Private | boolean
  ShowAs | Show Time As | picklist 40: *Busy; OutOfOffice; Free | restricted
  Type | Type | picklist 255: Email; Meeting; Other; Call
  ReminderDateTime | Reminder Date/Time | datetime
  IsReminderSet | Reminder Set | boolean`,
  },
];
