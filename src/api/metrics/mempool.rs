//! Metrics of the mempool, of fees and of estimates.

use super::family::{Family, Labels, label, number};
use crate::api::answers::figures::Figures;
use crate::snapshot::Estimate;

/// The metrics of the mempool.
pub(super) fn families(figures: &Figures) -> Vec<Family> {
    let (mempool, totals, tally) = (&figures.mempool, &figures.snapshot.totals, &figures.tally);
    let basis = mempool.basis;
    let mut families = vec![
        Family::gauge(
            "mempulse_mempool_transactions",
            "Transactions in the mempool, without those that a single netgroup vouches for",
        )
        .value(number(mempool.all.count)),
        Family::gauge("mempulse_mempool_vbytes", "Virtual size of the mempool")
            .value(number(mempool.all.vsize)),
        Family::gauge("mempulse_mempool_memory_bytes", "Memory that the transactions take")
            .value(number(totals.memory)),
        Family::gauge(
            "mempulse_mempool_known_fees_sat",
            "Sum of the fees of transactions whose fee rate is known",
        )
        .value(number(mempool.known_fees)),
        Family::gauge(
            "mempulse_mempool_basis_vbytes",
            "Virtual size of the mempool by what is known about the fee rates",
        )
        .at(label("rate", "exact"), number(basis.exact.vsize))
        .at(label("rate", "within"), number(basis.within.vsize))
        .at(label("rate", "open"), number(basis.open.vsize)),
        Family::gauge(
            "mempulse_mempool_coverage_ratio",
            "Share of the mempool by size whose fee rates are known, exactly or within 10 %",
        )
        .value(figures.coverage().map(f64::from)),
        Family::gauge(
            "mempulse_mempool_list_ratio",
            "Share of a peer's list of its whole mempool that is in ours",
        )
        .value(figures.share_of_list().map(f64::from)),
        Family::counter("mempulse_mempool_received_transactions", "Transactions received")
            .total(totals.received),
    ];
    let bands = Family::gauge(
        "mempulse_mempool_band_vbytes",
        "Virtual size by fee rate: what pays at least this many sat/vB, and less than the next band",
    );
    families.push(
        mempool.bars.iter().fold(bands, |bands, bar| {
            bands.at(label("from", bar.from.to_string()), number(bar.amount.vsize))
        }),
    );
    families.extend([
        tally.accepted.iter().fold(
            Family::counter(
                "mempulse_mempool_accepted_transactions",
                "Transactions that entered the mempool, by source",
            ),
            |family, (source, count)| family.count(label("source", *source), *count),
        ),
        tally.removed.iter().fold(
            Family::counter(
                "mempulse_mempool_removed_transactions",
                "Transactions that left the mempool, by reason",
            ),
            |family, (reason, count)| family.count(label("reason", *reason), *count),
        ),
        Family::counter(
            "mempulse_double_spends",
            "Pairs of conflicting transactions that were relayed at the same time",
        )
        .total(tally.double_spends),
    ]);
    families.extend(fees(figures));
    families
}

fn fees(figures: &Figures) -> Vec<Family> {
    let estimates = &figures.snapshot.estimates;
    let within = |blocks: u32| label("blocks", blocks.to_string());
    let mut rates = Family::gauge(
        "mempulse_estimate_sat_per_vbyte",
        "Fee rate needed to be confirmed within this many blocks",
    );
    let mut bounds = Family::gauge(
        "mempulse_estimate_is_lower_bound",
        "1 if that rate is only a lower bound, as too little is known about the mempool",
    );
    let mut hits = Family::gauge("mempulse_estimate_hit_ratio", "Share of past estimates that were right");
    let mut judged =
        Family::gauge("mempulse_estimate_judged", "Past estimates that were judged, from half a day at most");
    for target in estimates.targets {
        let labels = |()| within(target.within);
        rates = rates.at(labels(()), target.estimate.map(Estimate::rate));
        let is_bound =
            target.estimate.map(|estimate| f64::from(u8::from(matches!(estimate, Estimate::AtLeast(_)))));
        bounds = bounds.at(labels(()), is_bound);
        hits = hits.at(labels(()), target.hit_rate.share().map(f64::from));
        judged = judged.at(labels(()), number(target.hit_rate.judged as u64));
    }
    let floor =
        Family::gauge("mempulse_floor_sat_per_vbyte", "Fee rate below which most peers relay nothing")
            .value(estimates.minimum);
    let mut blocks = Family::gauge("mempulse_projected_block_vbytes", "Virtual size of the projected blocks");
    let mut fees = Family::gauge("mempulse_projected_block_fees_sat", "Known fees of the projected blocks");
    let mut medians = Family::gauge(
        "mempulse_projected_block_median_sat_per_vbyte",
        "Median fee rate of the projected blocks",
    );
    for (number_of, block) in (1..).zip(&figures.mempool.projected) {
        let labels = || -> Labels { label("block", u32::to_string(&number_of)) };
        blocks = blocks.at(labels(), number(block.filled()));
        fees = fees.at(labels(), number(block.fees));
        medians = medians.at(labels(), block.rates().map(|[_, median, _]| median));
    }
    vec![rates, bounds, hits, judged, floor, blocks, fees, medians]
}
