/**
 * Makes this process answer its parent's questions, one at a time, until the parent goes.
 *
 * @param onEnd what to leave tidy where the parent went without stopping this process.
 */
export function answerParent<Question>(
  answer: (question: Question) => Promise<unknown>,
  onEnd: () => void = () => {},
): void {
  const sendAnswer = async (question: Question) => {
    try {
      process.send!({ answer: (await answer(question)) ?? null });
    } catch (error) {
      process.send!({ error: error instanceof Error ? (error.stack ?? error.message) : 'failed' });
    }
  };
  process.on('message', (question: Question) => void sendAnswer(question));
  // Ctrl-C reaches the whole group: the parent says when this process ends.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => {
    onEnd();
    process.exit();
  });
}
