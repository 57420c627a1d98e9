/** A command as completion sees it. */
export interface CompletedCommand {
  /** One word, or a group and a word. */
  readonly name: string;
  readonly text: string;
  /** Fixed words that may follow. */
  readonly words: readonly string[];
  readonly takesFolder: boolean;
  readonly options: readonly { readonly flags: string; readonly text: string; readonly choices: readonly string[] }[];
}

/** A completion script, made from the grammar; complete without calling Strata. */
export function renderCompletion(shell: 'bash' | 'zsh' | 'fish', commands: readonly CompletedCommand[]): string {
  if (shell === 'fish') return fish(commands);
  const script = bash(commands);
  return shell === 'bash' ? script : `#compdef strata\nautoload -U +X bashcompinit && bashcompinit\n${script}`;
}

const headOf = (name: string): string => name.split(' ')[0] ?? name;

/** Words that may come first. */
const firstWords = (commands: readonly CompletedCommand[]): readonly string[] => [
  ...new Set(commands.map(({ name }) => headOf(name))),
];

/** Groups with the words that may follow each. */
function groupsOf(commands: readonly CompletedCommand[]): ReadonlyMap<string, readonly CompletedCommand[]> {
  const grouped = commands.filter(({ name }) => name.includes(' '));
  return new Map(firstWords(grouped).map((head) => [head, grouped.filter(({ name }) => headOf(name) === head)]));
}

const tailOf = (name: string): string => name.slice(headOf(name).length + 1);

const flagsOf = (flags: string): readonly string[] => flags.split(/[ ,]+/).filter((part) => part.startsWith('-'));

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, words, takesFolder, options }) => {
    const all = [...words, ...options.flatMap((option) => flagsOf(option.flags))];
    return `    ${name.includes(' ') ? `"${name}"` : name}) words="${all.join(' ')}"; folders=${takesFolder ? 1 : 0} ;;`;
  });
  const groups = [...groupsOf(commands)].map(
    ([head, members]) =>
      `    ${head}) [ "$COMP_CWORD" -eq 2 ] && words="${members.map(({ name }) => tailOf(name)).join(' ')}"; command="$command \${COMP_WORDS[2]}" ;;`,
  );
  const choices = new Map(
    commands
      .flatMap(({ options }) => options)
      .filter((option) => option.choices.length > 0)
      .map((option) => [flagsOf(option.flags).join('|'), option.choices]),
  );
  const values = [...choices].map(
    ([flags, list]) => `    ${flags}) COMPREPLY=($(compgen -W "${list.join(' ')}" -- "$word")); return ;;`,
  );
  return `# Completion of strata; put it where your shell looks, or: eval "$(strata completion bash)"
_strata() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words="" folders=0 command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${firstWords(commands).join(' ')} help" -- "$word"))
    return
  fi
  case "$before" in
${values.join('\n')}
    -f|--file) COMPREPLY=($(compgen -d -- "$word")); return ;;
    -e|--environment)
      local folder="." i
      for ((i = 2; i < COMP_CWORD; i++)); do [ -f "\${COMP_WORDS[i]}/platform.yaml" ] && folder="\${COMP_WORDS[i]}"; done
      COMPREPLY=($(compgen -W "$(cd "$folder/environments" 2>/dev/null && for f in *.yaml; do printf '%s ' "\${f%.yaml}"; done)" -- "$word"))
      return ;;
  esac
  case "$command" in
${groups.join('\n')}
  esac
  case "$command" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [ "$folders" -eq 1 ]; then COMPREPLY+=($(compgen -d -- "$word")); fi
}
complete -o filenames -F _strata strata
`;
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fish(commands: readonly CompletedCommand[]): string {
  const lines = ['# Completion of strata; save as ~/.config/fish/completions/strata.fish', 'complete -c strata -f'];
  for (const [head, members] of groupsOf(commands)) {
    const names = members.map(({ name }) => tailOf(name)).join(' ');
    lines.push(`complete -c strata -n __fish_use_subcommand -a ${head}`);
    const here = `__fish_seen_subcommand_from ${head}; and not __fish_seen_subcommand_from ${names}`;
    for (const { name, text } of members) lines.push(`complete -c strata -n '${here}' -a ${tailOf(name)} -d ${quote(text)}`);
  }
  for (const { name, text, words, takesFolder, options } of commands) {
    const nested = name.includes(' ');
    if (!nested) lines.push(`complete -c strata -n __fish_use_subcommand -a ${name} -d ${quote(text)}`);
    const seen = name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
    const here = `complete -c strata -n '${seen.join('; and ')}'`;
    if (words.length > 0) lines.push(`${here} -a ${quote(words.join(' '))}`);
    if (takesFolder) lines.push(`${here} -a '(__fish_complete_directories)'`);
    for (const option of options) lines.push(`${here} ${fishFlags(option.flags)} -d ${quote(option.text)}${fishValue(option)}`);
  }
  return `${lines.join('\n')}\n`;
}

const fishFlags = (flags: string): string =>
  flagsOf(flags)
    .map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
    .join(' ');

function fishValue({ flags, choices }: CompletedCommand['options'][number]): string {
  if (choices.length > 0) return ` -x -a ${quote(choices.join(' '))}`;
  return flags.includes('<') ? ' -r' : '';
}
