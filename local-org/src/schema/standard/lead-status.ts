import type { ObjectTable } from './builder.ts';

/** The statuses of leads, as rows (Object Reference, "LeadStatus"). */
export const leadStatus: ObjectTable = {
  name: 'LeadStatus',
  label: 'Lead Status Value',
  plural: 'Lead Status Value',
  prefix: '01J',
  setup: true,
  readOnly: true,
  recycleBin: false,
  fields: `
  MasterLabel | Master Label | string 255 | readonly name
  ApiName | API Name | string 255 | readonly
  SortOrder | Sort Order | int 9 | readonly
  IsDefault | Is Default | boolean | readonly
  IsConverted | Is Converted | boolean | readonly`,
};
