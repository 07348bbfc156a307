package io.tain.wire;

import java.util.List;

/**
 * How the broker answered for one batch.
 *
 * @param outcome what it means
 * @param error the broker's name for it, and its message if it gave one
 * @param baseOffset offset of the first record in the target's log; -1 when not told
 * @param refused indexes of the records that made the broker refuse the batch (KIP-467); empty when not told
 * @param latencyMs from sending the request to the answer; -1 if there was none
 */
public record ProduceResult(
        ProduceOutcome outcome, String error, long baseOffset, List<Integer> refused, long latencyMs) {
    static ProduceResult failed(ProduceOutcome outcome, String error) {
        return new ProduceResult(outcome, error, -1, List.of(), -1);
    }
}
