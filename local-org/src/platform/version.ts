import type { Execution, Pause } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { ApexId, ApexObject, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { platformInterface } from './async.ts';
import { nullArgument } from './exceptions.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/** Version and the handlers of a package's installation (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_version.htm). */

interface VersionData {
  major: number;
  minor: number;
  patch: number | null;
  text: string;
}

export type Version = PlatformObject<VersionData>;

export function version(major: number | null, minor: number | null, patch: number | null): Version {
  if (major === null || minor === null) throw nullArgument(major === null ? 1 : 2);
  const text = [major, minor, ...(patch === null ? [] : [patch])].join('.');
  return new PlatformObject(apexType('Version'), { major, minor, patch, text });
}

/** A patch that one of the two does not name does not count. */
function compare(left: VersionData, right: VersionData): number {
  const patches = left.patch === null || right.patch === null ? 0 : left.patch - right.patch;
  return Math.sign(left.major - right.major || left.minor - right.minor || patches);
}

interface ContextData {
  previous: Version | null;
  isPush: boolean;
}

type InstallContext = PlatformObject<ContextData>;

/** Test.testInstall: runs onInstall as the installer, with the version that was there before, null for a new install. */
export function* testInstall(
  x: Execution,
  _self: null,
  handler: Value,
  previous: Version | null,
  isPush?: boolean | null,
): Generator<Pause, void, void> {
  if (!(handler instanceof ApexObject)) throw nullArgument(1);
  const context = new PlatformObject<ContextData>(apexType('InstallContext'), { previous, isPush: isPush === true });
  yield* x.program.call(x, handler, 'onInstall', [context]);
}

export function* testUninstall(x: Execution, _self: null, handler: Value): Generator<Pause, void, void> {
  if (!(handler instanceof ApexObject)) throw nullArgument(1);
  yield* x.program.call(x, handler, 'onUninstall', [new PlatformObject(apexType('UninstallContext'), {})]);
}

const organizationId: Native = (x) => new ApexId(x.org.id);
const userId: Native = (x) => new ApexId(x.user.id);

export const versionClasses: PlatformClass[] = [
  platformClass('Version', {
    'new(Integer,Integer)': (_x, _type, major: number | null, minor: number | null) => version(major, minor, null),
    'new(Integer,Integer,Integer)': (_x, _type, major: number | null, minor: number | null, patch: number | null) =>
      version(major, minor, patch),
    'Integer major()': (_x, self: Version) => self.data.major,
    'Integer minor()': (_x, self: Version) => self.data.minor,
    'Integer patch()': (_x, self: Version) => self.data.patch,
    'Integer compareTo(Version)': (_x, self: Version, other: Version | null) => {
      if (other === null) throw nullArgument(1);
      return compare(self.data, other.data);
    },
  }),
  platformInterface('InstallHandler', ['void onInstall(InstallContext)']),
  platformInterface('UninstallHandler', ['void onUninstall(UninstallContext)']),
  platformClass('InstallContext', {
    'Id organizationId()': organizationId,
    'Id installerId()': userId,
    'Boolean isUpgrade()': (_x, self: InstallContext) => self.data.previous !== null,
    'Boolean isPush()': (_x, self: InstallContext) => self.data.isPush,
    'Version previousVersion()': (_x, self: InstallContext) => self.data.previous,
  }),
  platformClass('UninstallContext', { 'Id organizationId()': organizationId, 'Id uninstallerId()': userId }),
];
