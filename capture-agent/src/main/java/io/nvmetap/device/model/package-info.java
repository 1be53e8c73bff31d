/**
 * Modelled NVMe controllers: registers, queues, admin and NVM commands over memory or files, with
 * the habits of controller families ({@link io.nvmetap.device.model.Quirk}) and with faults to
 * plant ({@link io.nvmetap.device.model.ControllerFault}). Everything that varies comes from the
 * seed and the timeline. Imports the schema module and the ports; never the mediator, the tap,
 * Kafka or threads.
 */
package io.nvmetap.device.model;
