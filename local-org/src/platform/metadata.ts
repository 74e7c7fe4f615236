import { NotModelledError } from '../errors.ts';
import { randomBytes } from 'node:crypto';
import type { StoreTransaction } from '../data/transaction.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { enumConstant } from '../values/enums.ts';
import { to18 } from '../values/id.ts';
import { ApexDatetime, ApexId, ApexObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { afterCommit, platformInterface } from './async.ts';
import { bean, beanClass, variables } from './bean.ts';
import type { Bean } from './bean.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { deployRecord } from './metadata-deploy.ts';
import type { ComponentOutcome } from './metadata-deploy.ts';
import { listOf } from './native.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/**
 * The Metadata namespace for custom metadata records
 * (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_namespace_Metadata.htm).
 */

const METADATA = apexType('Metadata.Metadata');

type Container = Bean & { data: { components?: Bean[] } };

function components(container: Container): Bean[] {
  return (container.data.components ??= []);
}

function nameOf(component: Bean): string {
  const name = component.data.values.get('fullname');
  return typeof name === 'string' ? name.toLowerCase() : '';
}

const container = platformClass('Metadata.DeployContainer', {
  'new()': () => bean('Metadata.DeployContainer'),
  'void addMetadata(Metadata.Metadata)': (_x, self: Container, component: Bean | null) => {
    if (component === null) throw nullArgument(1);
    components(self).push(component);
  },
  'List<Metadata.Metadata> getMetadata()': (_x, self: Container) => listOf(METADATA, [...components(self)]),
  'Boolean removeMetadata(Metadata.Metadata)': (_x, self: Container, component: Bean | null) => {
    const all = components(self);
    const at = component === null ? -1 : all.indexOf(component);
    if (at >= 0) all.splice(at, 1);
    return at >= 0;
  },
  'Boolean removeMetadataByFullName(String)': (_x, self: Container, name: string | null) => {
    const all = components(self);
    const at = all.findIndex((component) => nameOf(component) === name?.toLowerCase());
    if (at >= 0) all.splice(at, 1);
    return at >= 0;
  },
});

/** Its list of values is there from the start: code adds to it. */
const customMetadata: PlatformClass = platformClass(
  'Metadata.CustomMetadata',
  {
    'new()': () => bean('Metadata.CustomMetadata', { values: listOf(apexType('Metadata.CustomMetadataValue'), []) }),
    ...variables({
      description: 'String',
      label: 'String',
      protected_x: 'Boolean',
      values: 'List<Metadata.CustomMetadataValue>',
    }),
  },
  { extends: 'Metadata.Metadata' },
);

const operations = platformClass('Metadata.Operations', {
  'static Id enqueueDeployment(Metadata.DeployContainer,Metadata.DeployCallback)': (
    x,
    _self,
    given: Container | null,
    callback: Value,
  ) => {
    if (given === null) throw nullArgument(1);
    // Apex Developer Guide, "Testing Metadata Deployments": a test cannot deploy.
    if (x.test !== null) throw apexException('AsyncException', 'Metadata cannot be deployed from within a test');
    const id = new ApexId(to18(`0Af${randomBytes(6).toString('hex')}`));
    const parts = [...components(given)];
    const other = parts.find((part) => part.type.name !== 'Metadata.CustomMetadata');
    if (other !== undefined) throw new NotModelledError(`a deployment of ${other.type.name}`);
    afterCommit(x, (later) => deploy(later, parts, callback, id));
    return id;
  },
});

/** All components or none, and then the callback, in one transaction after that of the caller. */
function* deploy(x: Execution, parts: Bean[], callback: Value, id: ApexId): Generator<Pause, void, void> {
  const transaction = x.transaction as StoreTransaction;
  const start = transaction.mark();
  const outcomes = parts.map((part) => deployRecord(x, part));
  const failures = outcomes.filter((outcome) => outcome.problem !== null);
  if (failures.length > 0) transaction.undoTo(start);
  if (!(callback instanceof ApexObject)) return;
  const context = bean('Metadata.DeployCallbackContext', { callbackjobid: id });
  yield* x.program.call(x, callback, 'handleResult', [result(x, id, outcomes), context]);
}

function result(x: Execution, id: ApexId, outcomes: ComponentOutcome[]): Bean {
  const failures = outcomes.filter((outcome) => outcome.problem !== null);
  const successes = failures.length > 0 ? [] : outcomes;
  const now = new ApexDatetime(x.now());
  const messages = (list: ComponentOutcome[]): Value =>
    listOf(apexType('Metadata.DeployMessage'), list.map(deployMessage));
  const status = failures.length > 0 ? 'Failed' : 'Succeeded';
  return bean('Metadata.DeployResult', {
    id,
    status: enumConstant(apexType('Metadata.DeployStatus'), status),
    success: failures.length === 0,
    done: true,
    checkonly: false,
    rollbackonerror: true,
    ignorewarnings: false,
    runtestsenabled: false,
    createddate: now,
    startdate: now,
    completeddate: now,
    createdby: new ApexId(x.user.id).value,
    createdbyname: x.user.name,
    numbercomponentstotal: outcomes.length,
    numbercomponentsdeployed: successes.length,
    numbercomponenterrors: failures.length,
    numberteststotal: 0,
    numbertestscompleted: 0,
    numbertesterrors: 0,
    details: bean('Metadata.DeployDetails', {
      componentfailures: messages(failures),
      componentsuccesses: messages(successes),
    }),
  });
}

function deployMessage({ fullName, problem, created }: ComponentOutcome): Bean {
  return bean('Metadata.DeployMessage', {
    fullname: fullName,
    componenttype: 'CustomMetadata',
    filename: `customMetadata/${fullName}.md`,
    problem,
    problemtype: problem === null ? null : enumConstant(apexType('Metadata.DeployProblemType'), 'Error'),
    success: problem === null,
    created: problem === null && created,
    changed: problem === null,
    deleted: false,
    warning: false,
  });
}

const RESULT = {
  canceledBy: 'String',
  canceledByName: 'String',
  checkOnly: 'Boolean',
  completedDate: 'Datetime',
  createdBy: 'String',
  createdByName: 'String',
  createdDate: 'Datetime',
  details: 'Metadata.DeployDetails',
  done: 'Boolean',
  errorMessage: 'String',
  errorStatusCode: 'StatusCode',
  id: 'Id',
  ignoreWarnings: 'Boolean',
  lastModifiedDate: 'Datetime',
  messages: 'List<Metadata.DeployMessage>',
  numberComponentErrors: 'Integer',
  numberComponentsDeployed: 'Integer',
  numberComponentsTotal: 'Integer',
  numberTestErrors: 'Integer',
  numberTestsCompleted: 'Integer',
  numberTestsTotal: 'Integer',
  rollbackOnError: 'Boolean',
  runTestsEnabled: 'Boolean',
  startDate: 'Datetime',
  stateDetail: 'String',
  status: 'Metadata.DeployStatus',
  success: 'Boolean',
};

const MESSAGE = {
  changed: 'Boolean',
  columnNumber: 'Integer',
  componentType: 'String',
  created: 'Boolean',
  createdDate: 'Datetime',
  deleted: 'Boolean',
  fileName: 'String',
  fullName: 'String',
  id: 'String',
  lineNumber: 'Integer',
  problem: 'String',
  problemType: 'Metadata.DeployProblemType',
  success: 'Boolean',
  warning: 'Boolean',
};

export const metadataClasses: PlatformClass[] = [
  beanClass('Metadata.Metadata', { fullName: 'String' }),
  beanClass('Metadata.CustomMetadataValue', { field: 'String', value: 'Object' }),
  customMetadata,
  container,
  platformInterface('Metadata.DeployCallback', [
    'void handleResult(Metadata.DeployResult,Metadata.DeployCallbackContext)',
  ]),
  platformClass('Metadata.DeployCallbackContext', {
    'new()': () => bean('Metadata.DeployCallbackContext'),
    'Id getCallbackJobId()': (_x, self: Bean) => self.data.values.get('callbackjobid') ?? null,
  }),
  platformEnum('Metadata.DeployStatus', [
    'Pending',
    'InProgress',
    'Succeeded',
    'SucceededPartial',
    'Failed',
    'Canceling',
    'Canceled',
  ]),
  platformEnum('Metadata.DeployProblemType', ['Warning', 'Error', 'Info']),
  beanClass('Metadata.DeployResult', RESULT),
  beanClass('Metadata.DeployDetails', {
    componentFailures: 'List<Metadata.DeployMessage>',
    componentSuccesses: 'List<Metadata.DeployMessage>',
  }),
  beanClass('Metadata.DeployMessage', MESSAGE),
  operations,
];
