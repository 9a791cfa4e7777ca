//! One file for each thing that can be wrong with a site: its code, its page and its words stand together.
//!
//! Checks of a single value are called where the value is read; checks over the whole site are called here.

pub mod accepted_loss;
pub mod address_in_pool;
pub mod address_in_use;
pub mod address_missing;
pub mod address_outside_network;
pub mod address_reserved;
pub mod address_twice;
pub mod addresses_of_most;
pub mod all_of_nobody;
pub mod authority_trusted_twice;
pub mod behind_elsewhere;
pub mod behind_needs_newer_nebula;
pub mod behind_twice;
pub mod behind_unable;
pub mod boot_circle;
pub mod clone_across;
pub mod cluster_votes;
pub mod connection;
pub mod control_character;
pub mod data_too_deep;
pub mod datacenter_choice;
pub mod datastore_full;
pub mod datastore_kind;
pub mod datastore_overcommitted;
pub mod default_routes;
pub mod device_assumed;
pub mod device_index;
pub mod device_mapping;
pub mod device_passthrough;
pub mod device_twice;
pub mod devices_move_up;
pub mod dhcp_reservation;
pub mod disk_place;
pub mod domain_hides_name;
pub mod duplicate_address;
pub mod duplicate_forward;
pub mod duplicate_mac;
pub mod duplicate_name;
pub mod duplicate_service;
pub mod duplicate_vmid;
pub mod edit_without_effect;
pub mod empty_cluster;
pub mod empty_flow;
pub mod empty_group;
pub mod endpoint_outside_target;
pub mod even_quorum;
pub mod extra_conflict;
pub mod extra_name;
pub mod extra_nebula;
pub mod extra_resource;
pub mod extra_secret;
pub mod extra_terraform;
pub mod extra_unused;
pub mod extra_variable;
pub mod family_not_there;
pub mod file_of_other_architecture;
pub mod file_of_two;
pub mod file_path;
pub mod file_written;
pub mod firewall_of_nobody;
pub mod firewall_of_two;
pub mod flow_end;
pub mod flow_except;
pub mod flow_ports;
pub mod flow_via;
pub mod foreign_hardware;
pub mod foreign_overlap;
pub mod forward_out_of_reach;
pub mod forward_unanswered;
pub mod forwards_unfiltered;
pub mod gateway_outside_network;
pub mod gateways_of_one_family;
pub mod guest_off_node;
pub mod guest_on_plain_network;
pub mod guest_remade;
pub mod guest_without_vmid;
pub mod ha_attempts;
pub mod ha_stranded;
pub mod ha_unable;
pub mod hardware;
pub mod hardware_conflict;
pub mod hardware_of_arm;
pub mod held_by_several;
pub mod held_number;
pub mod image_choice;
pub mod image_source;
pub mod image_twice;
pub mod interface_name;
pub mod invalid_bridge;
pub mod invalid_datastore;
pub mod invalid_dns_name;
pub mod invalid_domain;
pub mod invalid_mtu;
pub mod invalid_name;
pub mod invalid_namespace;
pub mod invalid_record;
pub mod invalid_role;
pub mod invalid_tag;
pub mod invalid_user;
pub mod invalid_vlan;
pub mod invalid_vnet;
pub mod leased_address;
pub mod lighthouse_of_other_family;
pub mod lighthouse_off_overlay;
pub mod listen_off_network;
pub mod locked_outside_range;
pub mod looks_renamed;
pub mod loss_stops_cluster;
pub mod mac_not_unicast;
pub mod mac_rule;
pub mod machine_on_segments;
pub mod machine_with_vmid;
pub mod members_together;
pub mod mobile_machine;
pub mod name_in_cluster;
pub mod name_outside_domains;
pub mod name_too_long;
pub mod names_circle;
pub mod names_meet;
pub mod need;
pub mod network_kind;
pub mod networks_overlap;
pub mod no_relay_between_families;
pub mod nobody_at_the_nodes;
pub mod nobody_serves;
pub mod node_busy;
pub mod node_carries;
pub mod node_choice;
pub mod node_full;
pub mod node_of_others;
pub mod only_one;
pub mod operator_address;
pub mod operators_everywhere;
pub mod operators_shut_out;
pub mod other_architecture;
pub mod other_architecture_now;
pub mod outside_without_lighthouse;
pub mod outside_without_relay;
pub mod overlay_needs_newer_nebula;
pub mod overlay_port;
pub mod overlay_without_lighthouse;
pub mod place_carries;
pub mod place_circle;
pub mod pool_meets_range;
pub mod pool_misplaced;
pub mod prefixes_meet;
pub mod private_in_public;
pub mod private_key;
pub mod private_lighthouse;
pub mod private_uplink;
pub mod public_address;
pub mod public_view;
pub mod quantity;
pub mod quorum_of_two;
pub mod quorum_on_one_node;
pub mod range_full;
pub mod range_nearly_full;
pub mod range_of_others;
pub mod range_without_slots;
pub mod ranges_meet;
pub mod record_clash;
pub mod rename;
pub mod replica_behind;
pub mod replica_of_other_architecture;
pub mod replication_unable;
pub mod reserved_name;
pub mod resolver_circle;
pub mod resolver_of_other_family;
pub mod retired_end;
pub mod room_after_loss;
pub mod route_backend;
pub mod route_frontend;
pub mod route_not_public;
pub mod router_unfiltered;
pub mod rule_outside;
pub mod rule_too_long;
pub mod same_build;
pub mod same_prefix;
pub mod scope_taken;
pub mod service_name;
pub mod service_past_name;
pub mod service_port;
pub mod several_overlays;
pub mod shared_address;
pub mod shared_vmid;
pub mod single_point;
pub mod slot_disagrees;
pub mod slot_unknown;
pub mod spread_short;
pub mod spread_uneven;
pub mod ssh_key;
pub mod storage_carries;
pub mod taken_elsewhere;
pub mod template_of_several_nodes;
pub mod too_many_interfaces;
pub mod two_rules;
pub mod unknown_datastore;
pub mod unknown_nebula;
pub mod unknown_network;
pub mod unmanaged;
pub mod unprotected_volumes;
pub mod uplink_resolver_inside;
pub mod url;
pub mod vip_in_use;
pub mod vip_on_overlay;
pub mod vip_owner;
pub mod vmid_changed;
pub mod vmid_in_no_range;
pub mod vmid_not_accepted;
pub mod vmid_outside_range;
pub mod vmid_outside_span;
pub mod vmid_without_address;
pub mod votes_beyond_majority;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocate::Renames;
use crate::availability::{Availability, capacity, disks};
use crate::lock::Held;
use crate::model::Site;
use crate::origins::Origins;
use crate::segments::Segments;

/// All codes of this crate, in order.
pub static CODES: &[&Code] = &[
    &duplicate_vmid::CODE,
    &vmid_not_accepted::CODE,
    &ranges_meet::CODE,
    &vmid_without_address::CODE,
    &vmid_outside_range::CODE,
    &vmid_in_no_range::CODE,
    &guest_without_vmid::CODE,
    &machine_with_vmid::CODE,
    &invalid_name::CODE,
    &reserved_name::CODE,
    &duplicate_name::CODE,
    &names_meet::CODE,
    &name_too_long::CODE,
    &invalid_domain::CODE,
    &invalid_tag::CODE,
    &control_character::CODE,
    &interface_name::CODE,
    &invalid_user::CODE,
    &duplicate_address::CODE,
    &address_outside_network::CODE,
    &address_in_use::CODE,
    &address_reserved::CODE,
    &address_missing::CODE,
    &mac_not_unicast::CODE,
    &duplicate_mac::CODE,
    &network_kind::CODE,
    &gateway_outside_network::CODE,
    &networks_overlap::CODE,
    &overlay_port::CODE,
    &overlay_without_lighthouse::CODE,
    &lighthouse_off_overlay::CODE,
    &invalid_vlan::CODE,
    &invalid_bridge::CODE,
    &unknown_nebula::CODE,
    &overlay_needs_newer_nebula::CODE,
    &image_choice::CODE,
    &image_source::CODE,
    &url::CODE,
    &node_choice::CODE,
    &datacenter_choice::CODE,
    &outside_without_lighthouse::CODE,
    &too_many_interfaces::CODE,
    &hardware::CODE,
    &ssh_key::CODE,
    &private_key::CODE,
    &quorum_of_two::CODE,
    &quorum_on_one_node::CODE,
    &invalid_datastore::CODE,
    &duplicate_service::CODE,
    &unknown_network::CODE,
    &guest_on_plain_network::CODE,
    &invalid_mtu::CODE,
    &duplicate_forward::CODE,
    &forward_out_of_reach::CODE,
    &forward_unanswered::CODE,
    &nobody_at_the_nodes::CODE,
    &listen_off_network::CODE,
    &flow_end::CODE,
    &flow_ports::CODE,
    &empty_flow::CODE,
    &flow_via::CODE,
    &endpoint_outside_target::CODE,
    &flow_except::CODE,
    &need::CODE,
    &nobody_serves::CODE,
    &operator_address::CODE,
    &several_overlays::CODE,
    &data_too_deep::CODE,
    &extra_unused::CODE,
    &extra_terraform::CODE,
    &extra_name::CODE,
    &extra_nebula::CODE,
    &extra_variable::CODE,
    &extra_secret::CODE,
    &extra_conflict::CODE,
    &extra_resource::CODE,
    &invalid_record::CODE,
    &record_clash::CODE,
    &file_path::CODE,
    &file_written::CODE,
    &invalid_role::CODE,
    &pool_meets_range::CODE,
    &pool_misplaced::CODE,
    &address_in_pool::CODE,
    &vip_on_overlay::CODE,
    &behind_unable::CODE,
    &behind_twice::CODE,
    &behind_elsewhere::CODE,
    &behind_needs_newer_nebula::CODE,
    &vip_in_use::CODE,
    &vip_owner::CODE,
    &dhcp_reservation::CODE,
    &leased_address::CODE,
    &foreign_overlap::CODE,
    &default_routes::CODE,
    &router_unfiltered::CODE,
    &guest_off_node::CODE,
    &machine_on_segments::CODE,
    &same_prefix::CODE,
    &invalid_vnet::CODE,
    &image_twice::CODE,
    &clone_across::CODE,
    &template_of_several_nodes::CODE,
    &other_architecture::CODE,
    &hardware_of_arm::CODE,
    &mobile_machine::CODE,
    &forwards_unfiltered::CODE,
    &same_build::CODE,
    &range_without_slots::CODE,
    &rule_too_long::CODE,
    &shared_vmid::CODE,
    &shared_address::CODE,
    &rule_outside::CODE,
    &vmid_outside_span::CODE,
    &two_rules::CODE,
    &slot_unknown::CODE,
    &slot_disagrees::CODE,
    &mac_rule::CODE,
    &range_of_others::CODE,
    &unknown_datastore::CODE,
    &datastore_kind::CODE,
    &public_address::CODE,
    &foreign_hardware::CODE,
    &hardware_conflict::CODE,
    &disk_place::CODE,
    &device_mapping::CODE,
    &device_twice::CODE,
    &device_passthrough::CODE,
    &connection::CODE,
    &unmanaged::CODE,
    &range_full::CODE,
    &locked_outside_range::CODE,
    &vmid_changed::CODE,
    &held_number::CODE,
    &held_by_several::CODE,
    &rename::CODE,
    &addresses_of_most::CODE,
    &edit_without_effect::CODE,
    &prefixes_meet::CODE,
    &gateways_of_one_family::CODE,
    &family_not_there::CODE,
    &address_twice::CODE,
    &lighthouse_of_other_family::CODE,
    &other_architecture_now::CODE,
    &place_circle::CODE,
    &quantity::CODE,
    &ha_attempts::CODE,
    &accepted_loss::CODE,
    &ha_unable::CODE,
    &cluster_votes::CODE,
    &loss_stops_cluster::CODE,
    &ha_stranded::CODE,
    &scope_taken::CODE,
    &boot_circle::CODE,
    &resolver_circle::CODE,
    &uplink_resolver_inside::CODE,
    &node_full::CODE,
    &datastore_full::CODE,
    &device_index::CODE,
    &replication_unable::CODE,
    &authority_trusted_twice::CODE,
    &firewall_of_two::CODE,
    &name_in_cluster::CODE,
    &invalid_namespace::CODE,
    &taken_elsewhere::CODE,
    &file_of_two::CODE,
    &name_outside_domains::CODE,
    &invalid_dns_name::CODE,
    &route_frontend::CODE,
    &route_backend::CODE,
    &route_not_public::CODE,
    &public_view::CODE,
    &domain_hides_name::CODE,
    &service_name::CODE,
    &service_port::CODE,
    &service_past_name::CODE,
    &range_nearly_full::CODE,
    &empty_group::CODE,
    &even_quorum::CODE,
    &all_of_nobody::CODE,
    &empty_cluster::CODE,
    &operators_everywhere::CODE,
    &outside_without_relay::CODE,
    &private_uplink::CODE,
    &node_carries::CODE,
    &place_carries::CODE,
    &members_together::CODE,
    &spread_short::CODE,
    &spread_uneven::CODE,
    &storage_carries::CODE,
    &devices_move_up::CODE,
    &device_assumed::CODE,
    &datastore_overcommitted::CODE,
    &replica_behind::CODE,
    &single_point::CODE,
    &only_one::CODE,
    &room_after_loss::CODE,
    &node_busy::CODE,
    &names_circle::CODE,
    &votes_beyond_majority::CODE,
    &private_lighthouse::CODE,
    &retired_end::CODE,
    &unprotected_volumes::CODE,
    &operators_shut_out::CODE,
    &looks_renamed::CODE,
    &guest_remade::CODE,
    &resolver_of_other_family::CODE,
    &no_relay_between_families::CODE,
    &private_in_public::CODE,
    &firewall_of_nobody::CODE,
    &node_of_others::CODE,
    &file_of_other_architecture::CODE,
    &replica_of_other_architecture::CODE,
];

/// Every check that needs the whole site.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let segments = Segments::new(site);
    shared_vmid::check(site, out);
    shared_address::check(site, &segments, out);
    let told = rule_outside::check(site, &segments, out);
    ranges_meet::check(site, &segments, out);
    let taken = duplicate_vmid::taken(site, origins);
    duplicate_vmid::check(&taken, out);
    range_nearly_full::check(site, origins, &taken, out);
    open(site, origins, out);
    reserved_name::check(site, out);
    duplicate_name::check(site, out);
    names_meet::check(site, out);
    name_too_long::check(site, origins, out);
    duplicate_address::check(site, &segments, origins, out);
    let said = address_in_use::check(site, &segments, &told, out);
    address_reserved::check(site, &said, out);
    duplicate_mac::check(site, &segments, origins, out);
    networks_overlap::check(site, out);
    networks(site, &segments, origins, out);
    overlay_needs_newer_nebula::check(site, out);
    several_overlays::check(site, origins, out);
    overlay_without_lighthouse::check(site, origins, out);
    lighthouse_off_overlay::check(site, origins, out);
    lighthouse_of_other_family::check(site, origins, out);
    no_relay_between_families::check(site, origins, out);
    resolver_of_other_family::check(site, out);
    outside_without_lighthouse::check(site, &segments, origins, out);
    outside_without_relay::check(site, &segments, origins, out);
    private_uplink::check(site, origins, out);
    private_lighthouse::check(site, origins, out);
    forward_out_of_reach::check(site, out);
    forward_unanswered::check(site, out);
    listen_off_network::check(site, origins, out);
    leased_address::check_lighthouses(site, out);
    operators_everywhere::check(site, out);
    operators_shut_out::check(site, out);
    nobody_at_the_nodes::check(site, out);
    node_of_others::check(site, out);
    image_choice::check(site, origins, out);
    image_twice::check(site, out);
    clone_across::check(site, out);
    template_of_several_nodes::check(site, origins, out);
    same_build::check_names(site, out);
    other_architecture::check(site, origins, out);
    hardware_of_arm::check(site, origins, out);
    replica_of_other_architecture::check(site, out);
    node_choice::check(site, origins, out);
    unknown_datastore::check(site, origins, out);
    device_mapping::check(site, out);
    device_twice::check(site, out);
    unprotected_volumes::check(site, out);
    unmanaged::check_machines(site, out);
    connection::check(site, origins, out);
    retired_end::check(site, out);
    ha_unable::check(site, out);
    too_many_interfaces::check(site, out);
    out.extend(site.hosts.iter().filter_map(device_index::check_container));
    devices_move_up::check(site, out);
    device_assumed::check(site, origins, out);
    quorum_of_two::check(site, origins, out);
    even_quorum::check(site, origins, out);
    let availability = Availability::new(site);
    quorum_on_one_node::check(site, origins, &availability, out);
    cluster_votes::check(site, origins, &availability, out);
    votes_beyond_majority::check(site, origins, &availability, out);
    loss_stops_cluster::check(site, origins, &availability, out);
    node_carries::check(site, origins, &availability, out);
    place_carries::check(site, origins, &availability, out);
    storage_carries::check(site, origins, &availability, out);
    members_together::check(site, origins, &availability, out);
    spread_short::check(site, origins, &availability, out);
    spread_uneven::check(site, origins, &availability, out);
    single_point::check(site, origins, &availability, out);
    only_one::check(site, origins, &availability, out);
    ha_stranded::check(site, out);
    replication_unable::check(site, out);
    replica_behind::check(site, out);
    scope_taken::check(site, out);
    boot_circle::check(site, origins, &availability, out);
    resolver_circle::check(site, origins, out);
    uplink_resolver_inside::check(site, origins, out);
    let asked = capacity::asked(site);
    node_full::check(site, origins, &asked, out);
    room_after_loss::check(site, origins, &asked, out);
    node_busy::check(site, origins, &asked, out);
    let stored = disks::stored(site);
    datastore_full::check(site, origins, &stored, out);
    datastore_overcommitted::check(site, origins, &stored, out);
    empty_cluster::check(site, origins, out);
    empty_group::check(site, origins, out);
    all_of_nobody::check(site, origins, out);
}

/// What a change takes from machines that the lock knows.
pub(crate) fn against(site: &Site, held: &Held, renames: &Renames, out: &mut Vec<Diagnostic>) {
    addresses_of_most::check(site, held, renames, out);
}

/// What the lock knows: what was applied, and what other environments of the project have.
pub(crate) fn check_held(site: &Site, origins: &Origins, renames: &Renames, held: &Held, out: &mut Vec<Diagnostic>) {
    edit_without_effect::check(site, origins, renames, held, out);
    looks_renamed::check(site, origins, renames, held, out);
    guest_remade::check(site, origins, renames, held, out);
    other_architecture_now::check(site, origins, renames, held, out);
    firewall_of_two::check(site, held, out);
    firewall_of_nobody::check(site, held, out);
    name_in_cluster::check(site, held, out);
    taken_elsewhere::check(site, held, out);
    file_of_two::check(site, held, out);
}

/// What is handed out besides machines' addresses, and what a machine cannot be on.
fn networks(site: &Site, segments: &Segments, origins: &Origins, out: &mut Vec<Diagnostic>) {
    pool_meets_range::check(site, out);
    pool_misplaced::check(site, segments, out);
    address_in_pool::check(site, out);
    vip_on_overlay::check(site, origins, out);
    vip_in_use::check(site, segments, out);
    vip_owner::check(site, segments, origins, out);
    foreign_overlap::check(site, out);
    guest_off_node::check(site, origins, out);
    default_routes::check(site, out);
    router_unfiltered::check(site, out);
    machine_on_segments::check(site, segments, out);
    same_prefix::check(site, out);
    behind_unable::check(site, origins, out);
    behind_twice::check(site, out);
    behind_elsewhere::check(site, segments, out);
    behind_needs_newer_nebula::check(site, out);
}

/// What the author hands on to tools.
fn open(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    extra_terraform::check(site, out);
    extra_resource::check_names(site, origins, out);
    extra_nebula::check(site, out);
    extra_variable::check(site, out);
    extra_conflict::check(site, out);
    extra_unused::check(site, origins, out);
    invalid_role::check_same(site, out);
    record_clash::check(site, origins, out);
    route_not_public::check(site, origins, out);
    domain_hides_name::check(site, out);
    service_past_name::check(site, origins, out);
    file_path::check(site, out);
    file_written::check(site, out);
}
