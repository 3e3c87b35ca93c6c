import type { Project } from '../../../model/model.ts';
import type { Virtualenv } from '../../../snapshot.ts';

const evidence = {
  environ: 'from its environment',
  argv: 'from its command line',
  exe: 'its interpreter is in it',
  maps: 'from the files mapped into it',
  guess: 'a guess: it is in the working directory',
} as const;

export function virtualenvText({ path, evidence: kind }: Virtualenv): string {
  return `${path} (${evidence[kind]})`;
}

/** Versions of Python and of packages in the virtualenv. */
export function versionsOf(project: Project): string {
  const django = packageOf(project, 'django');
  const python = project.virtualenv?.python ?? null;
  const servers = new Set(
    project.servers.flatMap(({ definition, version }) => (version === null ? [] : `${definition.label} ${version}`)),
  );
  return [
    ...(python === null ? [] : [`Python ${python}`]),
    ...(django === null ? [] : [`Django ${django}`]),
    ...servers,
  ].join(', ');
}

function packageOf({ servers }: Project, name: string): string | null {
  for (const { processes } of servers) {
    for (const { sample } of processes) {
      const version = sample.facts.packages[name];
      if (version !== undefined) return version;
    }
  }
  return null;
}
