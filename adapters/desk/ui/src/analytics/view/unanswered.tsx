import Button from "antd/es/button";
import Segmented from "antd/es/segmented";
import { useState } from "react";
import { Empty } from "../../view/empty.tsx";
import type { Cluster } from "../contract.ts";
import { count, share } from "../figures.ts";
import { useLoad } from "../load.ts";
import { Panel } from "../panel.tsx";
import { Spark } from "../spark.tsx";
import { useBoard } from "../use.ts";
import { DraftWindow } from "./draft.tsx";

type Miss = "understanding" | "help";

const EXAMPLES = 4;
const PAGE = 12;
const LIKE = 0.05; // less is no likeness

export function UnansweredView() {
  const { client, asked, tick, w, locale } = useBoard();
  const [miss, setMiss] = useState<Miss>("understanding");
  const query = new URLSearchParams(asked);
  query.set("miss", miss);
  const loaded = useLoad(`unanswered ${query}`, tick, (signal) => client.unanswered(query, signal));
  const [shown, show] = useState(PAGE);
  const [draft, choose] = useState<{ cluster: Cluster; as: "entry" | "utterances" } | null>(null);
  return (
    <div className="view">
      <Segmented<Miss> className="misses" aria-label={w.unanswered.title} value={miss} onChange={setMiss} options={[{ value: "understanding", label: w.unanswered.understanding }, { value: "help", label: w.unanswered.help }]} />
      <Panel title={w.unanswered.title} hint={w.unanswered.lead} loaded={loaded} empty={() => false} emptyText="" wide height={400}>
        {({ clusters, total, single }) =>
          total === 0 ? (
            <Empty {...w.empty.unanswered} />
          ) : (
            <>
              <ol className="clusters">
                {clusters.slice(0, shown).map((cluster) => (
                  <One key={cluster.id} cluster={cluster} onDraft={(as) => choose({ cluster, as })} />
                ))}
              </ol>
              {clusters.length > shown && <Button className="more" onClick={() => show(shown + PAGE)}>{w.more}</Button>}
              {single > 0 && <p className="soft note-line">{w.unanswered.single(count(single, locale))}</p>}
            </>
          )
        }
      </Panel>
      {draft && <DraftWindow key={`${draft.cluster.id} ${draft.as}`} {...draft} query={query} onClose={() => choose(null)} />}
    </div>
  );
}

function One({ cluster, onDraft }: { cluster: Cluster; onDraft: (as: "entry" | "utterances") => void }) {
  const { w, locale, intent, when } = useBoard();
  const { nearest } = cluster;
  return (
    <li className="cluster">
      <header>
        <h3>{cluster.proposed ?? cluster.name}</h3>
        {cluster.proposed && <span className="soft">{w.unanswered.proposed}</span>}
        <span className="cluster-size">{w.unanswered.size(count(cluster.size, locale), count(cluster.people, locale))}</span>
        <Spark zero values={cluster.trend.map(({ n }) => n)} label={w.unanswered.trend} />
      </header>
      <p className="soft">{nearest?.intent && nearest.score >= LIKE ? w.unanswered.nearest(nearest.name || intent(nearest.intent), share(nearest.score, locale, 0)) : w.unanswered.noNearest}</p>
      <ul aria-label={w.unanswered.examples}>
        {cluster.questions.slice(0, EXAMPLES).map((question) => (
          <li key={`${question.conversation} ${question.at} ${question.text}`}>
            <a href={`/desk?${new URLSearchParams({ conversation: question.conversation })}`}>
              <q>{question.text}</q>
            </a>
            <time className="soft" dateTime={question.at}>{when(question.at)}</time>
          </li>
        ))}
      </ul>
      <div className="cluster-acts">
        <Button size="small" onClick={() => onDraft("entry")}>{w.unanswered.entry}</Button>
        <Button size="small" onClick={() => onDraft("utterances")}>{w.unanswered.utterances}</Button>
      </div>
    </li>
  );
}
