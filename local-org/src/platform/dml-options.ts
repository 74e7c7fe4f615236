import { NotModelledError } from '../errors.ts';
import { apexType } from '../types/type.ts';
import { PlatformObject } from '../values/value.ts';
import type { DmlOptions, Value } from '../values/value.ts';
import { stored } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/** Database.DMLOptions (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_database_dmloptions.htm). */

interface DuplicateRuleHeader {
  allowSave: boolean | null;
  runAsCurrentUser: boolean | null;
}

interface AssignmentRuleHeader {
  useDefaultRule: boolean | null;
  assignmentRuleId: Value;
}

export interface DmlOptionsData {
  allowFieldTruncation: boolean | null;
  optAllOrNone: boolean | null;
  duplicateRuleHeader: PlatformObject<DuplicateRuleHeader>;
  assignmentRuleHeader: PlatformObject<AssignmentRuleHeader>;
}

/** What the data layer is asked to do. @throws NotModelledError for an assignment rule named by Id */
export function dmlOptionsOf(data: DmlOptionsData): DmlOptions {
  if (data.assignmentRuleHeader.data.assignmentRuleId !== null) {
    throw new NotModelledError('Database.DMLOptions.assignmentRuleHeader.assignmentRuleId');
  }
  const options: DmlOptions = {};
  if (data.allowFieldTruncation !== null) options.allowFieldTruncation = data.allowFieldTruncation;
  if (data.optAllOrNone !== null) options.optAllOrNone = data.optAllOrNone;
  const { allowSave } = data.duplicateRuleHeader.data;
  if (allowSave !== null) options.duplicateRuleAllowSave = allowSave;
  const { useDefaultRule } = data.assignmentRuleHeader.data;
  if (useDefaultRule !== null) options.assignmentRuleUseDefault = useDefaultRule;
  return options;
}

export const dmlOptionsClasses: PlatformClass[] = [
  platformClass('Database.DMLOptions', {
    'new()': () =>
      new PlatformObject<DmlOptionsData>(apexType('Database.DMLOptions'), {
        allowFieldTruncation: null,
        optAllOrNone: null,
        duplicateRuleHeader: new PlatformObject(apexType('Database.DMLOptions.DuplicateRuleHeader'), {
          allowSave: null,
          runAsCurrentUser: null,
        }),
        assignmentRuleHeader: new PlatformObject(apexType('Database.DMLOptions.AssignmentRuleHeader'), {
          useDefaultRule: null,
          assignmentRuleId: null,
        }),
      }),
    'Boolean allowFieldTruncation': stored<DmlOptionsData>('allowFieldTruncation'),
    'Boolean optAllOrNone': stored<DmlOptionsData>('optAllOrNone'),
    'Database.DMLOptions.DuplicateRuleHeader duplicateRuleHeader': stored<DmlOptionsData>('duplicateRuleHeader'),
    'Database.DMLOptions.AssignmentRuleHeader assignmentRuleHeader': stored<DmlOptionsData>('assignmentRuleHeader'),
  }),
  platformClass('Database.DMLOptions.DuplicateRuleHeader', {
    'Boolean allowSave': stored<DuplicateRuleHeader>('allowSave'),
    'Boolean runAsCurrentUser': stored<DuplicateRuleHeader>('runAsCurrentUser'),
  }),
  platformClass('Database.DMLOptions.AssignmentRuleHeader', {
    'Boolean useDefaultRule': stored<AssignmentRuleHeader>('useDefaultRule'),
    'Id assignmentRuleId': stored<AssignmentRuleHeader>('assignmentRuleId'),
  }),
];
