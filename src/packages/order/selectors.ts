import { at, list, members, text } from './read.js';

type Labels = Readonly<Record<string, string>>;

/** Whether a label selector of the API takes these labels; an absent or empty one takes all. */
export function selects(selector: unknown, labels: Labels): boolean {
  if (!members(at(selector, 'matchLabels')).every(([key, value]) => labels[key] === value)) return false;
  return list(at(selector, 'matchExpressions')).every((one) => holds(one, labels));
}

function holds(expression: unknown, labels: Labels): boolean {
  const value = labels[text(at(expression, 'key')) ?? ''];
  const values = list(at(expression, 'values'));
  switch (at(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return true;
  }
}
