import { linkChildren, standardObject, type ObjectTable } from '../../schema/standard/builder.ts';
import { setup } from '../../schema/standard/setup.ts';
import { Schema } from '../../schema/schema.ts';

/** Objects of the Tooling API, with the fields of the Tooling API reference that a test run fills. */
const TABLES: ObjectTable[] = [
  {
    name: 'ApexTestRunResult',
    label: 'Apex Test Run Result',
    plural: 'Apex Test Run Results',
    prefix: '05m',
    fields: `
  AsyncApexJobId | Apex Job ID | reference AsyncApexJob | readonly rel=AsyncApexJob
  UserId | User ID | reference User | readonly
  JobName | Job Name | string 255 | readonly
  IsAllTests | All Tests | boolean | readonly
  Source | Source | string 255 | readonly
  Status | Status | picklist 40: Queued; Processing; Completed; Failed; Aborted | readonly restricted
  StartTime | Start Time | datetime | readonly
  EndTime | End Time | datetime | readonly
  TestTime | Test Time | int 9 | readonly
  TestSetupTime | Test Setup Time | int 9 | readonly
  ClassesEnqueued | Classes Enqueued | int 9 | readonly
  ClassesCompleted | Classes Completed | int 9 | readonly
  MethodsEnqueued | Methods Enqueued | int 9 | readonly
  MethodsCompleted | Methods Completed | int 9 | readonly
  MethodsFailed | Methods Failed | int 9 | readonly`,
  },
  {
    name: 'ApexTestQueueItem',
    label: 'Apex Test Queue Item',
    plural: 'Apex Test Queue Items',
    prefix: '709',
    audit: 'created',
    fields: `
  ApexClassId | Class ID | reference ApexClass | readonly rel=ApexClass
  Status | Status | picklist 40: Holding; Queued; Preparing; Processing; Aborted; Completed; Failed | restricted
  ExtendedStatus | Status Detail | string 1000 | readonly
  ParentJobId | Apex Job ID | reference AsyncApexJob | readonly rel=ParentJob
  TestRunResultId | Apex Test Run Result ID | reference ApexTestRunResult | readonly rel=TestRunResult`,
  },
  {
    name: 'ApexTestResult',
    label: 'Apex Test Result',
    plural: 'Apex Test Results',
    prefix: '07M',
    audit: 'modstamp',
    fields: `
  TestTimestamp | Time Started | datetime | readonly
  Outcome | Pass/Fail | picklist 40: Pass; Fail; CompileFail; Skip | readonly restricted
  ApexClassId | Class ID | reference ApexClass | readonly rel=ApexClass
  MethodName | Method Name | string 255 | readonly
  Message | Error Message | string 4000 | readonly
  StackTrace | Stack Trace | string 4000 | readonly
  AsyncApexJobId | Apex Job ID | reference AsyncApexJob | readonly rel=AsyncApexJob
  QueueItemId | Apex Test Queue Item ID | reference ApexTestQueueItem | readonly rel=QueueItem
  ApexLogId | Apex Debug Log ID | reference ApexLog | readonly
  ApexTestRunResultId | Apex Test Run Result ID | reference ApexTestRunResult | readonly rel=ApexTestRunResult
  RunTime | Run Time | int 9 | readonly
  IsTestSetup | Is Test Setup | boolean | readonly`,
  },
  {
    name: 'ApexCodeCoverage',
    label: 'Apex Code Coverage',
    plural: 'Apex Code Coverages',
    prefix: '714',
    fields: `
  ApexTestClassId | Apex Test Class ID | reference ApexClass | readonly rel=ApexTestClass
  TestMethodName | Test Method Name | string 255 | readonly
  ApexClassOrTriggerId | Apex Class or Trigger ID | reference ApexClass,ApexTrigger | readonly rel=ApexClassOrTrigger
  NumLinesCovered | Lines Covered | int 9 | readonly
  NumLinesUncovered | Lines Uncovered | int 9 | readonly
  Coverage | Coverage | textarea 1000000 | readonly nofilter`,
  },
  {
    name: 'ApexCodeCoverageAggregate',
    label: 'Apex Code Coverage Aggregate',
    plural: 'Apex Code Coverage Aggregates',
    prefix: '715',
    fields: `
  ApexClassOrTriggerId | Apex Class or Trigger ID | reference ApexClass,ApexTrigger | readonly rel=ApexClassOrTrigger
  NumLinesCovered | Lines Covered | int 9 | readonly
  NumLinesUncovered | Lines Uncovered | int 9 | readonly
  Coverage | Coverage | textarea 1000000 | readonly nofilter`,
  },
  {
    name: 'ApexOrgWideCoverage',
    label: 'Apex Org Wide Coverage',
    plural: 'Apex Org Wide Coverages',
    prefix: '716',
    audit: 'none',
    fields: `
  PercentCovered | Percent Covered | int 9 | readonly`,
  },
  {
    name: 'ApexTestSuite',
    label: 'Apex Test Suite',
    plural: 'Apex Test Suites',
    prefix: '05F',
    fields: `
  TestSuiteName | Test Suite Name | string 255 | name required`,
  },
  {
    name: 'TestSuiteMembership',
    label: 'Test Suite Membership',
    plural: 'Test Suite Memberships',
    prefix: '05P',
    audit: 'modstamp',
    fields: `
  ApexTestSuiteId | Apex Test Suite ID | reference ApexTestSuite | required rel=ApexTestSuite
  ApexClassId | Class ID | reference ApexClass | required rel=ApexClass`,
  },
];

/** What is asked of the Tooling API and stored by the org itself too. */
const SHARED = new Set(['ApexClass', 'ApexTrigger', 'AsyncApexJob']);

/** The objects of the Tooling API that are modelled. Others are not supported types there. */
export function toolingSchema(): Schema {
  const tables = [...setup.filter((table) => SHARED.has(table.name)), ...TABLES];
  const objects = tables.map(standardObject);
  linkChildren(tables, objects);
  return new Schema(objects);
}
