import { createRoot } from "react-dom/client";
import "./style/base.css";
import "./style/lists.css";
import "./style/thread.css";
import "./style/context.css";
import { Desk } from "./store.ts";
import { App } from "./view/app.tsx";

const desk = new Desk();
void desk.start();
createRoot(document.getElementById("root")!).render(<App desk={desk} />);
