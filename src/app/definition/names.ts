/** Names end up in host names, bridge names and Kubernetes objects: the narrowest of these rules holds. */
export const namePattern = '^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$';

/** The rule in words. */
export const nameRule = 'lower-case letters, digits and hyphens, starting with a letter, at most 40 characters';

/** A name near `text` that keeps the rule; empty where there is none. */
export function nearestName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
}
