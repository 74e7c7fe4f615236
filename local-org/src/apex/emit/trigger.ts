import { apexType, T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import type { Code, MethodContext } from './context.ts';

/** The context variables of System.Trigger; inside a trigger the records have the trigger's own type. */
export function triggerVariable(ctx: MethodContext, name: string): Code {
  const record = ctx.cls.triggerObject === null ? T.SObject : apexType(ctx.cls.triggerObject);
  const types: Record<string, ApexType> = {
    new: apexType('List', record),
    old: apexType('List', record),
    newmap: apexType('Map', T.Id, record),
    oldmap: apexType('Map', T.Id, record),
    isexecuting: T.Boolean,
    isinsert: T.Boolean,
    isupdate: T.Boolean,
    isdelete: T.Boolean,
    isundelete: T.Boolean,
    isbefore: T.Boolean,
    isafter: T.Boolean,
    size: T.Integer,
    operationtype: apexType('TriggerOperation'),
  };
  const key = name.toLowerCase();
  const type = types[key];
  if (type === undefined) throw ctx.error(`Variable does not exist: Trigger.${name}`);
  return { js: `R.triggerVariable(x, ${JSON.stringify(key)})`, type };
}
