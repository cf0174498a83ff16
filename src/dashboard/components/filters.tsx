// Owns the search and the choices that narrow what is shown.

import { useRef } from 'preact/hooks';
import { EVERYTHING, isEverything } from '../filter.ts';
import { allLeases, dialog, filter, instances, narrow, overview, shownLeases } from '../state.ts';
import { baseName, countOf, plain } from '../words.ts';

export function Filters() {
  const search = useRef<HTMLInputElement>(null);
  const { value } = filter;
  const types = unique([
    ...overview.value.ranges.map(({ service_type: type }) => type),
    ...allLeases.value.map(({ service_type: type }) => type),
  ]);
  const projects = unique(allLeases.value.map(({ project_path: path }) => path));
  const sessions = unique([
    ...instances.value.map(({ instance_id: id }) => id),
    ...allLeases.value.map(({ instance_id: id }) => id),
  ]);
  const isNarrow = !isEverything(value);
  const clear = (): void => {
    filter.value = EVERYTHING;
    search.current?.focus();
  };
  return (
    <search class="filters">
      <input
        ref={search}
        class="search"
        type="search"
        aria-label="Search leases"
        placeholder="Search port, service, project, branch, session…"
        value={value.text}
        onInput={(event) => narrow({ text: event.currentTarget.value })}
      />
      <Choice
        label="Project"
        all="All projects"
        options={projects}
        chosen={value.projectPath}
        wordsOf={baseName}
        onChoose={(projectPath) => narrow({ projectPath })}
      />
      <Choice
        label="Service type"
        all="All types"
        options={types}
        chosen={value.serviceType}
        wordsOf={plain}
        onChoose={(serviceType) => narrow({ serviceType })}
      />
      <Choice
        label="Session"
        all="All sessions"
        options={sessions}
        chosen={value.instanceId}
        wordsOf={plain}
        onChoose={(instanceId) => narrow({ instanceId })}
      />
      <span class="filters-count" role="status">
        {isNarrow ? `${countOf(shownLeases.value.length, 'lease')} found` : ''}
      </span>
      {isNarrow && (
        <button type="button" class="button button-quiet" onClick={clear}>
          Clear
        </button>
      )}
      <button
        type="button"
        class="button filters-cleanup"
        onClick={() => {
          dialog.value = { kind: 'cleanup' };
        }}
      >
        Clean up…
      </button>
    </search>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly all: string;
  readonly options: readonly string[];
  readonly chosen: string | null;
  readonly wordsOf: (option: string) => string;
  readonly onChoose: (option: string | null) => void;
}

function Choice({ label, all, options, chosen, wordsOf, onChoose }: ChoiceProps) {
  // What was chosen stays to be seen after its last lease ended.
  const listed = chosen === null || options.includes(chosen) ? options : [chosen, ...options];
  return (
    <select
      aria-label={label}
      value={chosen ?? ''}
      onChange={({ currentTarget: { value } }) => onChoose(value === '' ? null : value)}
    >
      <option value="">{all}</option>
      {listed.map((option) => (
        <option key={option} value={option} title={plain(option)}>
          {wordsOf(option)}
        </option>
      ))}
    </select>
  );
}

function unique(values: readonly (string | null)[]): string[] {
  return [...new Set(values)].filter((value) => value !== null).sort();
}
