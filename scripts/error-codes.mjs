// Finds the codes of findings in a TypeScript source, with what the source says about each.
import ts from 'typescript';

const codePattern = /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$/;

/** Text of a string or template; what is filled in stands in braces. */
function textOf(node) {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  const name = (expression) => {
    const words = expression.getText().match(/[A-Za-z_]\w*/g) ?? ['…'];
    return ts.isIdentifier(expression) || ts.isPropertyAccessExpression(expression)
      ? words.at(-1)
      : (words.find((word) => !/^(String|Number|Math|round|floor|ceil|join|map|JSON|stringify|visible)$/.test(word)) ?? '…');
  };
  return node.head.text + node.templateSpans.map((span) => `{${name(span.expression)}}${span.literal.text}`).join('');
}

/** The declaration around a node: where its doc comment is. */
function declarationOf(node) {
  let at = node;
  while (
    at.parent !== undefined &&
    !ts.isFunctionDeclaration(at) &&
    !ts.isVariableStatement(at) &&
    !ts.isMethodDeclaration(at) &&
    !ts.isPropertyAssignment(at)
  )
    at = at.parent;
  return at;
}

function titleOf(declaration, fallback) {
  const [doc] = ts.getJSDocCommentsAndTags(declaration);
  const comment = doc && ts.isJSDoc(doc) ? ts.getTextOfJSDocComment(doc.comment) : undefined;
  const [sentence] = (comment ?? fallback ?? 'A failure').replaceAll(/\s+/g, ' ').split(/(?<=[.:;])\s/);
  return sentence.replace(/[.:;]$/, '');
}

/** The `say` texts (with their commands) below a node. */
function remediesBelow(node) {
  const found = [];
  const visit = (at) => {
    if (ts.isObjectLiteralExpression(at)) {
      const member = (name) =>
        at.properties.find((one) => ts.isPropertyAssignment(one) && one.name.getText() === name)?.initializer;
      const say = textOf(member('say'));
      const command = textOf(member('command'));
      if (say !== undefined) found.push(command === undefined ? say : `${say} \`${command}\``);
    }
    ts.forEachChild(at, visit);
  };
  visit(node);
  return found;
}

const kinds = new Set([
  'refused',
  'invalid',
  'tool-missing',
  'tool-failed',
  'not-ready',
  'timeout',
  'conflict',
  'network',
  'exhausted',
  'corrupt',
  'version',
  'cancelled',
  'bug',
]);

/** Every code in a source: `{code, title, kind?, messages, remedies}`. */
export function codesIn(path, text) {
  if (!/['"`][A-Z][A-Z0-9]*-[A-Z0-9-]+['"`]/.test(text)) return [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const codes = [];
  const add = (node, code, message, kind) => {
    const declaration = declarationOf(node);
    const near = ts.isPropertyAssignment(declaration) ? declaration.parent : declaration;
    codes.push({
      code,
      title: titleOf(declaration, message),
      messages: message === undefined ? [] : [message],
      remedies: remediesBelow(ts.isCallExpression(node) && remediesBelow(node).length > 0 ? node : near),
      ...(kinds.has(kind) && { kind }),
    });
  };
  const visit = (node) => {
    if (ts.isCallExpression(node)) {
      const at = node.arguments.findIndex((argument) => ts.isStringLiteralLike(argument) && codePattern.test(argument.text));
      if (at !== -1) {
        const message = node.arguments
          .slice(at + 1)
          .map(textOf)
          .find((one) => one?.includes(' '));
        add(node, node.arguments[at].text, message, at > 0 ? textOf(node.arguments[at - 1]) : undefined);
      }
    }
    if (
      ts.isPropertyAssignment(node) &&
      node.name.getText() === 'code' &&
      ts.isStringLiteralLike(node.initializer) &&
      codePattern.test(node.initializer.text)
    ) {
      const member = node.parent.properties.find((one) => ts.isPropertyAssignment(one) && one.name.getText() === 'message');
      add(node.parent, node.initializer.text, textOf(member?.initializer));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return codes;
}
