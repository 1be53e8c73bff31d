/**
 * Modelled guests: firmware and operating systems that drive a controller and act on what they see,
 * and the simulation that puts a driver and a modelled controller behind them. Everything comes
 * from one seed. Must not import plan, session or compare.
 */
package io.nvmetap.guest;
