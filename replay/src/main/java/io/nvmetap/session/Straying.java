package io.nvmetap.session;

/**
 * How one replay strays from its recording, and where its second CPU comes in.
 *
 * @param perturbation all chance of it
 * @param crossing the second CPU
 */
record Straying(Perturbation perturbation, Crossing crossing) {
    /** A new one: the same options begin the same way each time. */
    static Straying of(ReplayOptions options) {
        Perturbation perturbation =
                options.perturbed() ? Perturbation.of(options.seed()) : Perturbation.NONE;
        return new Straying(perturbation, new Crossing(perturbation));
    }
}
