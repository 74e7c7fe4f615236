import type { Statement } from '../parse/ast.ts';

/** Whether control can reach the end of a statement, so that a method with a value would need a return after it. */
export function completes(node: Statement): boolean {
  switch (node.kind) {
    case 'return':
    case 'throw':
      return false;
    case 'block':
      return node.statements.every(completes);
    case 'if':
      return node.else === null || completes(node.then) || completes(node.else);
    case 'try':
      if (node.finally !== null && !completes(node.finally)) return false;
      return completes(node.body) || node.catches.some((c) => completes(c.body));
    case 'switch':
      return !node.cases.some((c) => c.value.kind === 'else') || node.cases.some((c) => completes(c.body));
    case 'while':
      return !(node.condition.kind === 'boolean' && node.condition.value) || breaks(node.body);
    case 'doWhile':
      return (
        completes(node.body) && (!(node.condition.kind === 'boolean' && node.condition.value) || breaks(node.body))
      );
    case 'for':
      return node.condition !== null || breaks(node.body);
    case 'runAs':
      return completes(node.body);
    default:
      return true;
  }
}

/** Whether a loop's body has a break of that loop. */
function breaks(node: Statement | null): boolean {
  if (node === null) return false;
  switch (node.kind) {
    case 'break':
      return true;
    case 'block':
      return node.statements.some(breaks);
    case 'if':
      return breaks(node.then) || breaks(node.else);
    case 'try':
      return breaks(node.body) || node.catches.some((c) => breaks(c.body)) || breaks(node.finally);
    case 'switch':
      return node.cases.some((c) => breaks(c.body));
    default:
      return false;
  }
}
