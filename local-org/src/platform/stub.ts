import type { Execution, Pause, StubbedCall } from '../execution/execution.ts';
import { apexType, T } from '../types/type.ts';
import { ApexObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { platformInterface } from './async.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { listOf, strings } from './native.ts';
import type { PlatformClass } from './signature.ts';
import { typeToken } from './tokens.ts';
import type { TypeToken } from './tokens.ts';

/** System.StubProvider (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_interface_System_StubProvider.htm). */
export const stubProviderInterface: PlatformClass = platformInterface('StubProvider', [
  'Object handleMethodCall(Object,String,Type,List<Type>,List<String>,List<Object>)',
]);

/**
 * Test.createStub. That inner classes, enums and platform types cannot be stubbed is documented, the words of the
 * exception are not [assumption].
 */
export function createStub(x: Execution, type: TypeToken | null, provider: Value): ApexObject {
  if (type === null) throw nullArgument(1);
  if (!(provider instanceof ApexObject)) throw nullArgument(2);
  const handle = function* (running: Execution, call: StubbedCall, args: Value[]): Generator<Pause, Value, void> {
    return yield* running.program.call(running, provider, 'handleMethodCall', [
      call.target,
      call.name,
      typeToken(call.returns),
      listOf(
        apexType('Type'),
        call.parameters.map((p) => typeToken(p.type)),
      ),
      strings(call.parameters.map((p) => p.name)),
      listOf(T.Object, args),
    ]);
  };
  const stub = x.program.stub(type.data.type, handle);
  if (stub === null) throw apexException('TypeException', `Type cannot be stubbed: ${type.data.text}`);
  return stub;
}
