// Owns the scripts by which shells complete a line of ours: each asks the program, and knows no command itself.

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

export function isShell(text: string): text is Shell {
  return SHELLS.some((shell) => shell === text);
}

export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

/** Readline takes words apart at `=` and `:`: they are put together again, and what it holds already is taken off. */
const BASH = `# Completion of styxy for bash.
_styxy() {
  local -a words=()
  local word current='' line value held i glue= paths=
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ \${#words[@]} -gt 0 && ( -n $glue || $word == [=:] ) ]]; then
      words[\${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    glue=
    [[ $word == [=:] ]] && glue=1
  done
  current=\${words[\${#words[@]} - 1]}
  held=\${current%"\${COMP_WORDS[COMP_CWORD]}"}
  [[ \${COMP_WORDS[COMP_CWORD]} == [=:] ]] && held=$current
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files|:directories)
        paths=1
        compopt -o filenames 2>/dev/null
        local how=-f
        [[ $line == :directories ]] && how=-d
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen "$how" -- "\${current#"$held"}") ;;
      :programs)
        if [[ $(type -t _command_offset) == function ]]; then
          for ((i = 1; i <= COMP_CWORD; i++)); do
            [[ \${COMP_WORDS[i]} == -- ]] && { _command_offset $((i + 1)); return; }
          done
        fi
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -c -- "$current") ;;
      *)
        value=\${line%%$'\\t'*}
        [[ $value == "$held"* ]] && value=\${value:\${#held}}
        # Names of files are quoted by readline itself.
        [[ -n $paths ]] || value=$(printf '%q' "$value")
        COMPREPLY+=("$value") ;;
    esac
  done < <(styxy --complete -- "\${words[@]}" 2>/dev/null)
}
complete -F _styxy styxy
`;

const ZSH = `#compdef styxy
# Completion of styxy for zsh.
_styxy() {
  local line value description own=
  local -a values descriptions
  while IFS= read -r line; do
    case $line in
      :*) own=\${line#:} ;;
      *)
        value=\${line%%$'\\t'*}
        description=\${line#*$'\\t'}
        values+=("$value")
        descriptions+=("$value  -- $description") ;;
    esac
  done < <(styxy --complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#values} )) && compadd -l -d descriptions -a values
  case $own in
    files) _files ;;
    directories) _directories ;;
    programs)
      local at=\${words[(I)--]}
      (( at )) && shift $at words && (( CURRENT -= at ))
      _normal ;;
  esac
}
if [ "\${funcstack[1]-}" = _styxy ]; then
  _styxy "$@"
elif (( $+functions[compdef] )); then
  compdef _styxy styxy
else
  autoload -Uz compinit && compinit && compdef _styxy styxy
fi
`;

const FISH = `# Completion of styxy for fish.
function __styxy_complete
    set -l words (commandline -opc)[2..-1]
    set -a words (commandline -ct)
    for line in (styxy --complete -- $words 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (commandline -ct)
            case ':directories'
                __fish_complete_directories (commandline -ct)
            case ':programs'
                __fish_complete_subcommand --commandline (string match -r -- '-- .*' (commandline -cp) | string sub -s 4)
            case '*'
                echo $line
        end
    end
end
complete -c styxy -f -a '(__styxy_complete)'
`;

const POWERSHELL = `# Completion of styxy for PowerShell.
Register-ArgumentCompleter -Native -CommandName styxy -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '' }
    styxy --complete -- @words 2>$null | ForEach-Object {
        if ($_.StartsWith(':')) { return }
        $value, $description = $_ -split "\`t", 2
        $shown = if ($description) { $description } else { $value }
        $typed = if ($value -match '[^A-Za-z0-9_./\\\\:=-]') { "'" + $value.Replace("'", "''") + "'" } else { $value }
        [System.Management.Automation.CompletionResult]::new($typed, $value, 'ParameterValue', $shown)
    }
}
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL };
