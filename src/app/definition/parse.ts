import { Composer, type CST, Lexer, Parser } from 'yaml';
import type { Diagnostic, Span } from '../../model/index.js';
import * as errors from './errors.js';
import { limits } from './limits.js';
import { type Placer, placer } from './places.js';
import { readTree } from './read-tree.js';
import type { Parsed } from './parsed.js';

/** Reads one YAML document; every value keeps its place. Never throws, whatever the text. */
export function parseText(file: string, written: string): Parsed {
  const text = written.startsWith('\uFEFF') ? written.slice(1) : written;
  if (Buffer.byteLength(text) > limits.bytes) return refuse(errors.fileTooLarge(file, Buffer.byteLength(text)));
  const place = placer(file, text);
  const tokens = tokenize(text);
  if (tokens.tooDeepAt !== undefined) {
    return refuse(errors.tooLarge(place(tokens.tooDeepAt), `the nesting is deeper than ${limits.depth} levels`));
  }
  return compose(tokens.tokens, place, file, text.length);
}

const refuse = (diagnostic: Diagnostic): Parsed => ({ diagnostics: [diagnostic] });

/** Concrete syntax, watched for depth: the composer that follows recurses, so it must never see a tower. */
function tokenize(text: string): { readonly tokens: readonly CST.Token[]; readonly tooDeepAt?: number } {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > limits.depth + 2) return { tokens, tooDeepAt: parser.offset };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}

function compose(tokens: readonly CST.Token[], place: Placer, file: string, end: number): Parsed {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents = [...composer.compose(tokens, true, end)];
  const [first, second] = documents;
  if (second !== undefined) {
    return refuse(errors.syntax(place(second.range[0]), 'the file holds more than one document', 'keep one document per file'));
  }
  const problems = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (problems.length > 0) return { diagnostics: problems.slice(0, 20).map((problem) => explainSyntax(problem, place)) };
  if (first?.contents === null || first === undefined) return refuse(errors.emptyFile(file));
  return readTree(first.contents, place);
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** The library's findings in our words, where its own would not help. */
function explainSyntax(problem: Problem, place: Placer): Diagnostic {
  const at: Span = place(problem.pos[0], Math.max(problem.pos[1], problem.pos[0] + 1));
  switch (problem.code) {
    case 'TAG_RESOLVE_FAILED':
      return errors.unknownTag(at, problem.message.replace(/^.*?(?:tag:? )/i, ''));
    case 'TAB_AS_INDENT':
      return errors.syntax(at, 'a tab is used to indent', 'indent with spaces');
    case 'BAD_INDENT':
      return errors.syntax(at, problem.message, 'line the entry up with its neighbours');
    case 'MISSING_CHAR':
      return errors.syntax(at, problem.message, 'close the quote or bracket, or add the missing character');
    case 'BLOCK_AS_IMPLICIT_KEY':
      return errors.syntax(at, 'a value of several lines stands where a key must be', 'quote text that contains ": "');
    default:
      return errors.syntax(at, problem.message);
  }
}
