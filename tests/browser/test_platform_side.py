"""What passes between the agent's screen and the AI platform (A5, A10, A12, A15, C5): words to deliver and how far they came, whose turn it is, briefs."""

from baton.conversation.v1 import platform_pb2

from tests.browser.agent_page import AgentPage, converse
from tests.harness.callers import Platform, new_id
from tests.harness.watching import watching


async def test_what_is_written_is_delivered_and_shown_and_the_ai_gets_its_turn_back_with_a_brief(platform: Platform, budi: AgentPage) -> None:
    async with watching(platform) as watched:
        begun = await converse(platform, "I was charged twice.")
        conversation = begun.conversation_id
        await budi.open(conversation)
        await budi.take_over()
        taken = await watched.of(conversation, lambda item: item.HasField("control_changed") and item.control.epoch > begun.epoch)
        assert taken.control_changed.system_message.text == "Human agent (Budi Santoso) has taken over this conversation"
        assert not taken.control.ai_may_speak

        await budi.say("I pay one of them back.")
        said = budi.bubble("I pay one of them back.")
        await budi.sees(said.get_by_text("Sent · not delivered yet"))
        message = await watched.of(conversation, lambda item: item.message.text == "I pay one of them back.")
        delivered = platform_pb2.ReportDeliveredRequest(command_id=new_id(), conversation_id=conversation, up_to_seq=message.seq)
        await platform.stubs[0].ReportDelivered(delivered, metadata=platform.metadata)
        await budi.sees(said.get_by_text("Delivered", exact=True))
        shown = platform_pb2.ReportShownRequest(command_id=new_id(), conversation_id=conversation, up_to_seq=message.seq)
        await platform.stubs[0].ReportShown(shown, metadata=platform.metadata)
        await budi.sees(said.get_by_text("Shown to the user"))

        dialog = await budi.open_handover()
        await dialog.get_by_label("What happened").fill("Paid twice on Friday.")
        await dialog.get_by_label("What you promised").fill("The money by Monday.")
        await dialog.get_by_label("What must not be said").fill("Whose fault it was.")
        await dialog.get_by_label("Message to the user").fill("Our assistant goes on from here.")
        await dialog.get_by_role("button", name="Handover").click()
        await budi.does_not_see(dialog)
        await budi.sees(budi.head.get_by_text("AI Active"))
        back = await watched.of(conversation, lambda item: item.HasField("control_changed") and item.control.epoch > taken.control.epoch)
        brief = back.control_changed.brief
        assert (brief.summary, brief.promised, brief.not_to_be_said) == ("Paid twice on Friday.", "The money by Monday.", "Whose fault it was.")
        assert back.control_changed.message.text == "Our assistant goes on from here."
        assert back.control.ai_may_speak
        await platform.ai_says(conversation, "Can I do anything else?", back.control.epoch)
        await budi.sees(budi.bubble("Can I do anything else?"))
        await budi.sees(budi.page.get_by_role("complementary").get_by_text("The money by Monday."))
