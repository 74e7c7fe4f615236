import { ApexErrorListener, ApexParserFactory } from '@apexdevtools/apex-parser';
import type {
  ConditionalExpressionContext,
  DateFormulaContext,
  ExpressionContext,
  FieldExpressionContext,
  FieldNameContext,
  FieldNameListContext,
  FromNameListContext,
  LogicalExpressionContext,
  QueryContext,
  SelectEntryContext,
  SoqlFunctionContext,
  SubFieldEntryContext,
  SubQueryContext,
  TypeOfContext,
  ValueContext,
  WhereConditionalExpressionContext,
  WhereLogicalExpressionContext,
} from '@apexdevtools/apex-parser';
import { NotModelledError } from '../errors.ts';
import type {
  OrderItem,
  ParsedSoql,
  SelectItem,
  SoqlCondition,
  SoqlExpression,
  SoqlOperand,
  SoqlOperator,
  SoqlQuery,
} from './ast.ts';

/** A query text that is no SOQL; callers turn it into a QueryException (Apex) or MALFORMED_QUERY (REST). */
export class SoqlSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SoqlSyntaxError';
  }
}

/**
 * Parses the text of a dynamic query; binds come back as their variable names.
 * @throws SoqlSyntaxError  @throws NotModelledError for clauses that are not modelled
 */
export function parseSoql(text: string): ParsedSoql<string> {
  const { parser } = ApexParserFactory.createLexerAndParser(protectLikeEscapes(text), new SoqlErrorListener());
  const tree = parser.query();
  const next = parser.getCurrentToken();
  if (next.type !== -1) throw new SoqlSyntaxError(`unexpected token: '${next.text}'`);
  const { query, binds } = soqlFromTree(tree, null);
  return { query, binds: binds.map((b) => b.getText()) };
}

/** `\\%` and `\\_` are escapes of SOQL but not of Apex, whose lexer would refuse them: they travel as private-use characters. */
function protectLikeEscapes(text: string): string {
  return text.replace(/\\(.)/gs, (whole, char: string) =>
    char === '%' ? ESCAPED_PERCENT : char === '_' ? ESCAPED_UNDERSCORE : whole,
  );
}

const ESCAPED_PERCENT = '\uE025';
const ESCAPED_UNDERSCORE = '\uE05F';

class SoqlErrorListener extends ApexErrorListener {
  /** Salesforce says "unexpected token: 'x'" for nearly everything; the parser's own words follow where it names no token. */
  apexSyntaxError(line: number, column: number, message: string): void {
    const token = /(?:input|at:?) '([^']*)'/.exec(message)?.[1];
    throw new SoqlSyntaxError(
      token === undefined ? `line ${line}:${column} ${message}` : `unexpected token: '${token}'`,
    );
  }
}

/**
 * Reads the tree of an inline query; binds come back as their expression trees, in the order of their index.
 * @param where "File.cls" for messages, null for dynamic queries
 * @throws NotModelledError for clauses that are not modelled
 */
export function soqlFromTree(tree: QueryContext, where: string | null): ParsedSoql<ExpressionContext> {
  const reader = new SoqlReader(where);
  const query = reader.query(tree);
  return { query, binds: reader.binds };
}

class SoqlReader {
  readonly binds: ExpressionContext[] = [];
  readonly #where: string | null;

  constructor(where: string | null) {
    this.#where = where;
  }

  query(tree: QueryContext): SoqlQuery {
    if (tree.usingScope() != null) this.#refuse('SOQL clause USING SCOPE', tree);
    if (tree.updateList() != null) this.#refuse('SOQL clause UPDATE TRACKING/VIEWSTAT', tree);
    const entries = tree.selectList().selectEntry_list();
    const first = entries[0]?.soqlFunction();
    const countOnly =
      entries.length === 1 &&
      first != null &&
      first.COUNT() != null &&
      first.fieldName() == null &&
      !entries[0]?.soqlId();
    const { from, alias } = this.#from(tree.fromNameList());
    const select = countOnly ? [] : entries.map((e) => this.#selectItem(e));
    const whereTree = tree.whereClause()?.whereLogicalExpression();
    const where = whereTree == null ? null : this.#whereLogical(whereTree);
    const group = tree.groupByClause();
    if (group?.ROLLUP() != null || group?.CUBE() != null) this.#refuse('SOQL clause GROUP BY ROLLUP/CUBE', tree);
    const groupBy = (group?.fieldGroupByList()?.fieldGroupBy_list() ?? []).map((g) =>
      g.soqlFunction() == null ? this.#field(g.fieldName()) : this.#function(g.soqlFunction()),
    );
    const havingTree = group?.logicalExpression();
    const having = havingTree == null ? null : this.#logical(havingTree);
    return {
      select,
      countOnly,
      from,
      alias,
      where,
      access: this.#access(tree),
      groupBy,
      having,
      orderBy: this.#orderBy(tree),
      limit: this.#rowCount(tree.limitClause()),
      offset: this.#rowCount(tree.offsetClause()),
      forUpdate: this.#forUpdate(tree),
      allRows: tree.allRowsClause() != null,
    };
  }

  #subQuery(tree: SubQueryContext): SoqlQuery {
    if (tree.updateList() != null) this.#refuse('SOQL clause UPDATE TRACKING/VIEWSTAT', tree);
    const { from, alias } = this.#from(tree.fromNameList());
    const select = tree
      .subFieldList()
      .subFieldEntry_list()
      .map((e) => this.#selectItem(e));
    const whereTree = tree.whereClause()?.whereLogicalExpression();
    return {
      select,
      countOnly: false,
      from,
      alias,
      where: whereTree == null ? null : this.#whereLogical(whereTree),
      access: null,
      groupBy: [],
      having: null,
      orderBy: this.#orderBy(tree),
      limit: this.#rowCount(tree.limitClause()),
      offset: null,
      forUpdate: this.#forUpdate(tree),
    };
  }

  #from(tree: FromNameListContext): { from: string; alias: string | null } {
    const names = tree.fieldName_list();
    const name = names[0];
    if (names.length !== 1 || name === undefined) this.#refuse('SOQL FROM with several objects', tree);
    const alias = tree.soqlId_list()[0]?.getText() ?? null;
    // The grammar lets an alias be any word; Salesforce reads these as the clause they start.
    if (alias !== null && RESERVED.has(alias.toUpperCase())) throw new SoqlSyntaxError('unexpected token: <EOF>');
    return { from: name.getText(), alias };
  }

  #selectItem(entry: SelectEntryContext | SubFieldEntryContext): SelectItem {
    const typeOf = entry.typeOf();
    if (typeOf != null) return this.#typeOf(typeOf);
    const subquery = entry.subQuery();
    if (subquery != null) return { kind: 'subquery', query: this.#subQuery(subquery) };
    const alias = entry.soqlId()?.getText() ?? null;
    const call = entry.soqlFunction();
    if (call == null) return { kind: 'expression', expression: this.#field(entry.fieldName()), alias };
    if (call.FIELDS() != null) {
      const which = call.soqlFieldsParameter().getText().toUpperCase();
      if (which !== 'ALL' && which !== 'STANDARD' && which !== 'CUSTOM') this.#refuse(`SOQL FIELDS(${which})`, entry);
      return { kind: 'fields', which };
    }
    return { kind: 'expression', expression: this.#function(call), alias };
  }

  #typeOf(tree: TypeOfContext): SelectItem {
    const paths = (list: FieldNameListContext): string[][] =>
      list.fieldName_list().map((name) => name.soqlId_list().map((id) => id.getText()));
    const otherwise = tree.elseClause();
    return {
      kind: 'typeof',
      relationship: tree.fieldName().getText(),
      branches: tree
        .whenClause_list()
        .map((when) => ({ object: when.fieldName().getText(), fields: paths(when.fieldNameList()) })),
      otherwise: otherwise == null ? [] : paths(otherwise.fieldNameList()),
    };
  }

  #field(tree: FieldNameContext): SoqlExpression {
    return { kind: 'field', path: tree.soqlId_list().map((id) => id.getText()) };
  }

  #function(tree: SoqlFunctionContext): SoqlExpression {
    const name = tree.start.text?.toUpperCase() ?? '';
    if (
      tree.DISTANCE() != null ||
      tree.GROUPING() != null ||
      tree.CONVERT_CURRENCY() != null ||
      tree.FORMAT() != null
    ) {
      this.#refuse(`SOQL function ${name}`, tree);
    }
    if (tree.dateFieldName() != null) {
      const date = tree.dateFieldName();
      if (date.CONVERT_TIMEZONE() != null) this.#refuse('SOQL function convertTimezone', tree);
      return { kind: 'function', name, argument: this.#field(date.fieldName()) };
    }
    const inner = tree.soqlFunction();
    if (inner != null) return { kind: 'function', name, argument: this.#function(inner) };
    return { kind: 'function', name, argument: tree.fieldName() == null ? null : this.#field(tree.fieldName()) };
  }

  #whereLogical(tree: WhereLogicalExpressionContext): SoqlCondition {
    const conditions = tree.whereConditionalExpression_list().map((c) => this.#whereConditional(c));
    return this.#join(conditions, tree);
  }

  #whereConditional(tree: WhereConditionalExpressionContext): SoqlCondition {
    const nested = tree.whereLogicalExpression();
    if (nested != null) return this.#whereLogical(nested);
    const field = tree.whereFieldExpression();
    if (field.FORMULA() != null) this.#refuse('SOQL function FORMULA', tree);
    return this.#comparison(field.fieldExpression());
  }

  #logical(tree: LogicalExpressionContext): SoqlCondition {
    return this.#join(
      tree.conditionalExpression_list().map((c) => this.#conditional(c)),
      tree,
    );
  }

  #conditional(tree: ConditionalExpressionContext): SoqlCondition {
    const nested = tree.logicalExpression();
    return nested == null ? this.#comparison(tree.fieldExpression()) : this.#logical(nested);
  }

  #join(conditions: SoqlCondition[], tree: WhereLogicalExpressionContext | LogicalExpressionContext): SoqlCondition {
    const first = conditions[0];
    if (first === undefined) throw new SoqlSyntaxError('unexpected end of condition');
    if (tree.NOT() != null) return { kind: 'not', condition: first };
    if (conditions.length === 1) return first;
    return { kind: tree.SOQLAND_list().length > 0 ? 'and' : 'or', conditions };
  }

  #comparison(tree: FieldExpressionContext): SoqlCondition {
    const call = tree.soqlFunction();
    const left = call == null ? this.#field(tree.fieldName()) : this.#function(call);
    const written = tree.comparisonOperator().getText().toUpperCase();
    const operator = OPERATORS[written];
    if (operator === undefined) throw new SoqlSyntaxError(`unexpected token: '${written}'`);
    return { kind: 'comparison', left, operator, right: this.#operand(tree.value()) };
  }

  #operand(tree: ValueContext): SoqlOperand {
    if (tree.NULL() != null) return { kind: 'null' };
    if (tree.BooleanLiteral() != null) return { kind: 'boolean', value: /^true$/i.test(tree.getText()) };
    if (tree.signedNumber() != null) return { kind: 'number', text: tree.getText() };
    if (tree.StringLiteral() != null) return { kind: 'string', value: unescapeSoql(tree.getText().slice(1, -1)) };
    if (tree.MultilineStringLiteral() != null) this.#refuse('multi-line string in SOQL', tree);
    if (tree.DateLiteral() != null) return { kind: 'date', text: tree.getText() };
    if (tree.DateTimeLiteral() != null) return { kind: 'datetime', text: tree.getText() };
    if (tree.TimeLiteral() != null) this.#refuse('time literal in SOQL', tree);
    if (tree.IntegralCurrencyLiteral() != null) this.#refuse('currency literal in SOQL', tree);
    if (tree.dateFormula() != null) return this.#dateFormula(tree.dateFormula());
    if (tree.subQuery() != null) return { kind: 'query', query: this.#subQuery(tree.subQuery()) };
    if (tree.valueList() != null) {
      const items = tree
        .valueList()
        .value_list()
        .map((v) => this.#operand(v));
      return { kind: 'list', items };
    }
    return this.#bind(tree.boundExpression().expression());
  }

  #dateFormula(tree: DateFormulaContext): SoqlOperand {
    const [name = '', n] = tree.getText().toUpperCase().split(':');
    return { kind: 'dateFormula', name, n: n === undefined ? null : Number(n) };
  }

  #bind(expression: ExpressionContext): SoqlOperand {
    this.binds.push(expression);
    return { kind: 'bind', index: this.binds.length - 1 };
  }

  #access(tree: QueryContext): SoqlQuery['access'] {
    const clause = tree.withClause();
    if (clause == null) return null;
    if (clause.USER_MODE() != null) return 'USER_MODE';
    if (clause.SYSTEM_MODE() != null) return 'SYSTEM_MODE';
    if (clause.SECURITY_ENFORCED() != null) return 'SECURITY_ENFORCED';
    return this.#refuse(`SOQL clause ${clause.getText()}`, tree);
  }

  #orderBy(tree: QueryContext | SubQueryContext): OrderItem[] {
    const list = tree.orderByClause()?.fieldOrderList().fieldOrder_list() ?? [];
    return list.map((item) => ({
      expression: item.soqlFunction() == null ? this.#field(item.fieldName()) : this.#function(item.soqlFunction()),
      descending: item.DESC() != null,
      nullsLast: item.LAST() != null,
    }));
  }

  #rowCount(
    clause: {
      IntegerLiteral(): unknown;
      boundExpression(): { expression(): ExpressionContext } | null;
      getText(): string;
    } | null,
  ): SoqlOperand | null {
    if (clause == null) return null;
    const bound = clause.boundExpression();
    if (bound != null) return this.#bind(bound.expression());
    return { kind: 'number', text: /\d+$/.exec(clause.getText())?.[0] ?? '' };
  }

  #forUpdate(tree: QueryContext | SubQueryContext): boolean {
    const clause = tree.forClauses();
    if (clause == null) return false;
    if (clause.VIEW_list().length > 0 || clause.REFERENCE_list().length > 0) {
      this.#refuse('SOQL clause FOR VIEW/REFERENCE', tree);
    }
    return clause.UPDATE_list().length > 0;
  }

  #refuse(what: string, tree: { start: { line: number } }): never {
    throw new NotModelledError(what, this.#where === null ? null : `${this.#where}:${tree.start.line}`);
  }
}

const RESERVED = new Set([
  'WHERE',
  'ORDER',
  'GROUP',
  'LIMIT',
  'OFFSET',
  'WITH',
  'FOR',
  'HAVING',
  'ALL',
  'USING',
  'UPDATE',
]);

const OPERATORS: Record<string, SoqlOperator> = {
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  LIKE: 'LIKE',
  IN: 'IN',
  NOTIN: 'NOT IN',
  INCLUDES: 'INCLUDES',
  EXCLUDES: 'EXCLUDES',
};

/** A backslash before % or _ stays in the value, for LIKE to see that the character means itself. */
function unescapeSoql(text: string): string {
  const simple: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  const likeEscapes = text.replaceAll(ESCAPED_PERCENT, '\\\\%').replaceAll(ESCAPED_UNDERSCORE, '\\\\_');
  return likeEscapes.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return simple[escape.toLowerCase()] ?? escape;
  });
}
