import Alert from "antd/es/alert";
import Button from "antd/es/button";
import Modal from "antd/es/modal";
import Skeleton from "antd/es/skeleton";
import type { Cluster, Draft, Evaluation } from "../contract.ts";
import { CopyButton, save } from "../copy.tsx";
import { count } from "../figures.ts";
import { useLoad } from "../load.ts";
import { Failed } from "../panel.tsx";
import { DataTable } from "../table.tsx";
import { useBoard } from "../use.ts";

interface Props {
  cluster: Cluster;
  as: "entry" | "utterances";
  query: URLSearchParams; // that found the cluster
  onClose: () => void;
}

/** What could be added so that these questions are answered, to be reviewed by a person. */
export function DraftWindow({ cluster, as, query, onClose }: Props) {
  const { client, w } = useBoard();
  const { data, error, retry } = useLoad(`draft ${cluster.id} ${as}`, 0, () => client.draft(cluster.id, as, query));
  return (
    <Modal open onCancel={onClose} width={720} footer={null} title={`${w.unanswered[as]}: ${cluster.name}`} closable={{ "aria-label": w.close }}>
      {error ? <Failed error={error} retry={retry} /> : data ? <Shown draft={data} /> : <div aria-label={w.unanswered.drafting}><Skeleton active paragraph={{ rows: 8 }} /></div>}
    </Modal>
  );
}

function Shown({ draft }: { draft: Draft }) {
  const { w } = useBoard();
  return (
    <div className="draft">
      <Alert type="info" showIcon title={w.unanswered.review} />
      {draft.evaluation ? <Tried evaluation={draft.evaluation} /> : <p className="soft">{w.unanswered.tooFew}</p>}
      <h3>{w.unanswered.files}</h3>
      {draft.files.map(({ path, content }) => (
        <section key={path} aria-label={path}>
          <header className="draft-file">
            <code>{path}</code>
            <span className="grow" />
            <CopyButton size="small" text={() => content}>{w.unanswered.copy}</CopyButton>
            <Button size="small" onClick={() => save(path, content)}>{w.unanswered.download}</Button>
          </header>
          <pre tabIndex={0}>{content}</pre>
        </section>
      ))}
    </div>
  );
}

function Tried({ evaluation: { questions, before, after, offered, elsewhere, lost } }: { evaluation: Evaluation }) {
  const { w, locale } = useBoard();
  const rows: [string, string, string][] = [
    [w.unanswered.read(count(questions, locale)), count(before, locale), count(after, locale)],
    [w.unanswered.offered, "—", count(offered, locale)],
    [w.unanswered.kept(count(elsewhere, locale)), count(elsewhere, locale), count(elsewhere - lost, locale)],
  ];
  return (
    <>
      <p className="soft">{w.unanswered.evaluationHint}</p>
      <DataTable
        label={w.unanswered.evaluation} rows={rows} keyOf={([name]) => name}
        columns={[
          { head: w.unanswered.evaluation, names: true, cell: ([name]) => name }, { head: w.unanswered.before, number: true, cell: ([, one]) => one },
          { head: w.unanswered.after, number: true, cell: ([, , other]) => <strong>{other}</strong> },
        ]}
      />
    </>
  );
}
