//! `Sys::Virt::Admin::Server`.

use crate::convert::*;
use crate::method::methods;
use crate::since::admin::{self, *};

methods! {
    "Sys::Virt::Admin::Server";
    get_name(server: AdminServer) at once => borrowed_str(admin::virAdmServerGetName()?(server));
    get_threadpool_parameters(server: AdminServer, flags: u32 = 0) => {
        let get = admin::virAdmServerGetThreadPoolParameters()?;
        allocated(|p, n| get(server, p, n, flags))
    };
    set_threadpool_parameters(server: AdminServer, params: HashRef, flags: u32 = 0) => {
        let set = admin::virAdmServerSetThreadPoolParameters()?;
        let mut params = ParamSet::known(&params, THREADPOOL)?;
        void(set(server, params.as_mut_ptr(), params.len(), flags))
    };
    get_client_limits(server: AdminServer, flags: u32 = 0) => {
        let get = admin::virAdmServerGetClientLimits()?;
        allocated(|p, n| get(server, p, n, flags))
    };
    set_client_limits(server: AdminServer, params: HashRef, flags: u32 = 0) => {
        let set = admin::virAdmServerSetClientLimits()?;
        let mut params = ParamSet::known(&params, LIMITS)?;
        void(set(server, params.as_mut_ptr(), params.len(), flags))
    };
    list_clients(server: AdminServer, flags: u32 = 0) => {
        let list = admin::virAdmServerListClients()?;
        object_list::<AdminClient>(|clients| list(server, clients, flags))
    };
    lookup_client(server: AdminServer, id: u64, flags: u32 = 0) =>
        object::<AdminClient>(admin::virAdmServerLookupClient()?(server, id, flags));
    update_tls_files(server: AdminServer, flags: u32 = 0) => void(admin::virAdmServerUpdateTlsFiles()?(server, flags));
}

/// What can be set of those, which are all of one type.
const THREADPOOL: &Known = &[
    (VIR_THREADPOOL_WORKERS_MIN, ParamType::Uint),
    (VIR_THREADPOOL_WORKERS_MAX, ParamType::Uint),
    (VIR_THREADPOOL_WORKERS_PRIORITY, ParamType::Uint),
];
const LIMITS: &Known = &[(VIR_SERVER_CLIENTS_MAX, ParamType::Uint), (VIR_SERVER_CLIENTS_UNAUTH_MAX, ParamType::Uint)];
