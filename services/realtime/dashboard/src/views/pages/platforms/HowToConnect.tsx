/** For who has no AI agent yet: the way from a key to the first conversation. */
import { useWords } from "../../context";
import css from "../Page.module.css";
import platform from "./Platforms.module.css";

const PYTHON = `from baton_sdk import AiAgent, Baton, User

async with Baton("baton.example:443", api_key) as baton:
    conversation = await baton.start("chat-1", User("user-1", "Siti"), AiAgent("helper", "Helper"))
    await conversation.user_says("Where is my order?", message_id="m1")
    async with conversation.turn() as turn:
        await turn.say("It is on its way.")`;

export function HowToConnect() {
  const words = useWords().connecting;
  return (
    <section className={css.card} aria-labelledby="connect-title">
      <h2 id="connect-title">{words.title}</h2>
      <p>{words.text}</p>
      <ol className={platform.steps}>
        <li>{words.one}</li>
        <li>{words.two}</li>
        <li>{words.three}</li>
      </ol>
      <p className={css.note}>{words.python}</p>
      {/* Wider than a narrow screen: scrolled sideways, by keyboard too. */}
      <pre className={platform.code} tabIndex={0} aria-label={words.python}>
        <code>{PYTHON}</code>
      </pre>
      <p className={css.note}>{words.again}</p>
    </section>
  );
}
